import { existsSync, readdirSync, statSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'

/** The site in a folder, at a path of its host: which file has the page or other resource at a path, and the reverse. */
export class Site {
  constructor(folder, base) {
    this.folder = resolve(folder)
    this.base = base
  }

  /** The file for a path such as /docs/, or undefined. */
  file(path) {
    const decoded = decodeURI(path)
    if (!decoded.startsWith(this.base)) return undefined
    const file = join(this.folder, decoded.slice(this.base.length))
    const page = existsSync(file) && statSync(file).isDirectory() ? join(file, 'index.html') : file
    return existsSync(page) ? page : undefined
  }

  path(file) {
    return encodeURI(this.base + relative(this.folder, file).split(sep).join('/'))
  }

  files(extension) {
    return readdirSync(this.folder, { recursive: true })
      .filter((file) => file.endsWith(extension))
      .map((file) => join(this.folder, file))
      .sort()
  }
}
