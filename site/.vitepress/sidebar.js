import { readdirSync, readFileSync } from 'node:fs'
import { destination } from './repository-links.js'

const file = (path) => new URL(`../${path}`, import.meta.url)

/** The Javadoc: of the modules, and, in folders of it, of libraries that are none. No page of this generator. */
function javadoc() {
  const others = readdirSync(file('api')).filter((folder) => folder.startsWith('ipc-'))
  return [{ text: 'Modules', link: '/api/index.html', target: '_self' }].concat(
    others.map((folder) => ({ text: folder, link: `/api/${folder}/index.html`, target: '_self' }))
  )
}

/** The sections of docs/index.md with the pages that its lists begin with, in their order; then the Javadoc. */
export function sidebar() {
  const sections = [{ text: 'Valise', items: [{ text: 'README', link: '/' }, { text: 'All pages', link: '/docs/' }] }]
  for (const line of readFileSync(file('pages/docs/index.md'), 'utf8').split('\n')) {
    const [, heading] = /^## (.*)/.exec(line) ?? []
    const [, text, href] = /^- \[([^\]]+)\]\(([^)]+)\)/.exec(line) ?? []
    if (heading) {
      sections.push({ text: heading, collapsed: heading === 'Decisions', items: [] })
    } else if (text && text !== 'README') {
      sections.at(-1).items.push({ text, link: destination('docs/index.md', href) })
    }
  }
  return [...sections, { text: 'Javadoc', items: javadoc() }]
}
