// Usage: node destinations.js, beside the pages. Where links lead that the pages have not, or not yet.
import assert from 'node:assert/strict'
import { destination } from '../.vitepress/repository-links.js'

const sources = 'https://example.org/blob/main'

assert.equal(destination('index.md', 'docs/cli.md'), '/docs/cli.md')
assert.equal(destination('docs/cli.md', 'kotlin.md?plain=1#streams'), '/docs/kotlin.md?plain=1#streams')
assert.equal(destination('docs/cli.md', '../README.md?plain=1'), '/index.md?plain=1')
assert.equal(destination('docs/cli.md', '../pom.xml?raw#L1', sources), `${sources}/pom.xml?raw#L1`)
assert.equal(destination('docs/cli.md', 'https://example.org/a.md?b#c'), 'https://example.org/a.md?b#c')
assert.throws(() => destination('docs/cli.md', 'kotlin.md%23streams'), /kotlin\.md%23streams leads to no file/)
