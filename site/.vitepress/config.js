import { slug } from 'github-slugger'
import { defineConfig } from 'vitepress'
import { repositoryLinks } from './repository-links.js'
import { mermaidBlocks } from './mermaid.js'
import { sidebar } from './sidebar.js'

const sources = process.env.SITE_SOURCES || undefined

export default defineConfig({
  title: 'Valise',
  description: 'Messages between Java processes on one machine',
  lang: 'en',
  base: process.env.SITE_BASE || '/',
  srcDir: 'pages',
  outDir: 'out',
  cacheDir: 'cache',
  ignoreDeadLinks: true, // test/links.js finds them, with anchors and Javadoc
  vite: { build: { assetsInlineLimit: 0, chunkSizeWarningLimit: 2000 } }, // drawings are files; so is the index of the search
  markdown: {
    anchor: { slugify: (heading) => slug(heading) }, // as hosts of repositories do, so that links fit both
    languageAlias: { conf: 'ini' },
    config: (md) => md.use(repositoryLinks, sources).use(mermaidBlocks)
  },
  themeConfig: {
    nav: [
      { text: 'Pages', link: '/docs/' },
      { text: 'Javadoc', link: '/api/index.html', target: '_self' },
      { text: 'Changes', link: '/CHANGELOG' }
    ].concat(sources ? { text: 'Sources', link: sources } : []),
    sidebar: sidebar(),
    outline: [2, 3],
    search: { provider: 'local' }
  }
})
