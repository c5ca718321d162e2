/**
 * `node scripts/docs.mjs <dev|build>`: the documentation site. TypeDoc writes the reference into docs/api/,
 * then VitePress serves the site or builds it into build/docs. VitePress is installed in docs/ when it is
 * first needed.
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const [mode] = process.argv.slice(2)
const root = fileURLToPath(new URL('..', import.meta.url))
const docs = fileURLToPath(new URL('../docs', import.meta.url))
const vitepress = join(docs, 'node_modules/vitepress/bin/vitepress.js')
const typedoc = join(root, 'node_modules/typedoc/bin/typedoc')

const run = (command, args, cwd, options = {}) =>
  execFileSync(command, args, { cwd, stdio: 'inherit', ...options })

if (mode !== 'dev' && mode !== 'build') {
  console.error(`node scripts/docs.mjs dev or build; got ${JSON.stringify(mode ?? '')}.`)
  process.exit(2)
}
// a shell finds npm.cmd on Windows
if (!existsSync(vitepress)) run('npm ci --silent', [], docs, { shell: true })
// `npm run check` fails on a public name without documentation; a page can be read without it
run(
  process.execPath,
  [typedoc, '--options', 'docs/typedoc.json', '--validation.notDocumented', 'false'],
  root,
)
run(process.execPath, [vitepress, mode, 'docs'], root)
