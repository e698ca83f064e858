// Usage: node links.js FOLDER BASE. Prints the links of a built site that lead to no page of it, or to no anchor.
// Exit status: 0 if there are none, 1 if there are.
import { readFileSync } from 'node:fs'
import { Site } from './files.js'

const site = new Site(...process.argv.slice(2))
const origin = 'http://site'
const SCRIPTS = /<(script|style)\b.*?<\/\1>|<!--.*?-->/gs
const UNFINISHED = /\/constant-values\.html$/ // a page of Javadoc, which has links to anchors that it does not write
const TAG = /<[a-z][^<>]*?\s(?:href|src|id|name)=(?:"[^"]*"|'[^']*')[^<>]*>/gi
const ATTRIBUTE = /\s(href|src|id|name)=(?:"([^"]*)"|'([^']*)')/gi

const text = (html) =>
  html.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(amp|lt|gt|quot));/gi, (_, decimal, hex, name) =>
    name ? { amp: '&', lt: '<', gt: '>', quot: '"' }[name] : String.fromCodePoint(decimal ?? parseInt(hex, 16)))

/** The anchors of a page, and the links that stay on the site. */
function read(file) {
  const anchors = new Set()
  const links = new Set()
  for (const [tag] of readFileSync(file, 'utf8').replaceAll(SCRIPTS, '').matchAll(TAG)) {
    for (const [, name, double, single] of tag.matchAll(ATTRIBUTE)) {
      const value = text(double ?? single)
      if (/^(id|name)$/i.test(name)) anchors.add(value)
      else if (new URL(value, origin).origin === origin) links.add(value)
    }
  }
  return { anchors, links }
}

const pages = new Map(site.files('.html').map((file) => [file, read(file)]))
const broken = []
let count = 0
for (const [file, { links }] of pages) {
  for (const link of links) {
    count++
    const url = new URL(link, origin + site.path(file))
    const target = site.file(url.pathname)
    const anchor = decodeURIComponent(url.hash.slice(1))
    if (!target) broken.push(`${site.path(file)}: ${link} leads to no file`)
    else if (anchor && !UNFINISHED.test(target) && pages.has(target) && !pages.get(target).anchors.has(anchor)) {
      broken.push(`${site.path(file)}: ${link} leads to no anchor`)
    }
  }
}
broken.forEach((line) => console.error(line))
console.log(`Links checked: ${count} on ${pages.size} pages, broken: ${broken.length}`)
process.exitCode = broken.length || pages.size === 0 ? 1 : 0
