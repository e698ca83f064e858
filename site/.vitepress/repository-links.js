import { existsSync } from 'node:fs'
import { posix, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const pages = fileURLToPath(new URL('../pages/', import.meta.url))
const repository = process.env.SITE_REPOSITORY

/** The path of a page in the repository: its README is the first page of the site. */
const inRepository = (page) => (page === 'index.md' ? 'README.md' : page)
const onSite = (path) => (path === 'README.md' ? 'index.md' : path)

const encoded = (path) => path.split('/').map(encodeURIComponent).join('/')

/**
 * Where a link of a page leads, written for the repository: to a page or file of the site, else to a file of the
 * repository at the given address, else, without an address, nowhere: undefined.
 */
export function destination(page, href, sources) {
  const [, path, rest] = /^([^?#]*)([?#].*)?$/.exec(href)
  if (!path || /^([a-z][a-z0-9+.-]*:|\/\/)/i.test(path)) return href
  const target = posix.join(posix.dirname(inRepository(page)), decodeURIComponent(path))
  if (target.startsWith('..') || !existsSync(resolve(repository, target))) {
    throw new Error(`${inRepository(page)}: the link ${href} leads to no file of the repository`)
  }
  for (const place of [onSite(target), `public/${target}`]) {
    if (/\.\w+$/.test(place) && existsSync(resolve(pages, place))) {
      return `/${encoded(place.replace(/^public\//, ''))}${rest ?? ''}`
    }
  }
  return sources && `${sources}/${encoded(target)}${rest ?? ''}`
}

/** A plugin of markdown-it that has links lead where they do on the site, and leaves the text of those that lead nowhere. */
export function repositoryLinks(md, sources) {
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      for (let index = 0; index < (children?.length ?? 0); index++) {
        const token = children[index]
        const attribute = { link_open: 'href', image: 'src' }[token.type]
        if (!attribute) continue
        const there = destination(env.relativePath, token.attrGet(attribute), sources)
        if (there) {
          token.attrSet(attribute, there)
        } else if (token.type === 'image') {
          Object.assign(token, { type: 'text', tag: '', content: md.renderer.renderInlineAsText([token], md.options, env) })
        } else {
          children.splice(children.findIndex(({ type }, at) => at > index && type === 'link_close'), 1)
          children.splice(index--, 1)
        }
      }
    }
  })
}
