// Usage: node browser.js FOLDER BASE CHROMIUM. Opens pages of a built site in a browser, without a server: requests are
// answered with its files, and none may leave it. Exit status: 0 if all is well, 1 if something is not.
import { readFileSync } from 'node:fs'
import { chromium } from 'playwright-core'
import { Site } from './files.js'

const [folder, base, executablePath] = process.argv.slice(2)
const site = new Site(folder, base)
const origin = 'http://localhost'
const faults = []

async function answer(route) {
  const url = new URL(route.request().url())
  const path = url.origin === origin ? site.file(url.pathname) : undefined
  if (path) return route.fulfill({ path })
  faults.push(`requested, but not on the site: ${url}`)
  return route.abort()
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
const page = await browser.newPage()
const open = (path) => page.goto(origin + base + path, { waitUntil: 'networkidle' })
const shows = (selector) => page.locator(selector).first().waitFor()
const drawn = (name) => page.locator(`img[src*="/${name}."]`).evaluate((image) => image.decode())

async function diagrams() {
  const pages = site.files('.html').filter((file) => readFileSync(file, 'utf8').includes('class="mermaid"'))
  for (const file of pages) {
    await open(site.path(file).slice(base.length))
    for (const diagram of await page.locator('.mermaid').all()) await diagram.locator('svg').first().waitFor()
  }
  return pages.length
}

try {
  await page.route('**', answer)
  page.on('console', (message) => message.type() === 'error' && faults.push(`${page.url()}: ${message.text()}`))
  page.on('pageerror', (error) => faults.push(`${page.url()}: ${error}`))

  await open('')
  await shows('h1:has-text("Valise")')
  await drawn('house')
  await drawn('latencies')

  await page.locator('#local-search button').click()
  await page.locator('#localsearch-input').pressSequentially('doorbell')
  await page.locator('#localsearch-list a.result[href*="/docs/"]').first().click()
  await page.waitForURL(/\/docs\//)
  await shows('.vp-doc h1')

  const count = await diagrams()

  await page.locator('.VPNavBarMenu a:has-text("Javadoc")').click()
  await page.waitForURL(/\/api\//)
  await open('api/io.valise.ipc/io/valise/ipc/ValueSet.html')
  await shows('h1:has-text("ValueSet")')
  const what = `the first page, charts, a search, ${count} pages with diagrams, Javadoc`
  console.log(`Opened in Chromium ${browser.version()}: ${what}; faults: ${faults.length}`)
} catch (e) {
  faults.push(`${page.url()}: ${e.message}`)
} finally {
  await browser.close()
}
faults.forEach((fault) => console.error(fault))
process.exitCode = faults.length ? 1 : 0
