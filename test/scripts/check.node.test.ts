/** What `npm run check` must not let through, planted one by one in a copy of the sources. */
import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'

const COPIED = [
  ...['.gitignore', 'biome.json', 'package.json', 'tsconfig.json', 'knip.json', 'docs/typedoc.json'],
  ...[
    'src',
    'bindings',
    'cli',
    'build/inline.ts',
    'build/relaxed.ts',
    'build/worker.ts',
    'build/core-constants.ts',
    'build/default-table.ts',
    'data/models.json',
    'data/figures.ts',
  ],
]

let copy: string
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'rowspace-check-'))
  for (const path of COPIED) cpSync(projectPath(path), join(copy, path), { recursive: true })
  symlinkSync(projectPath('node_modules'), join(copy, 'node_modules'), 'junction')
})
afterEach(() => rmSync(copy, { recursive: true, force: true }))

/** Runs one part of `npm run check` in the copy; gives its exit code and all it printed. */
function run(program: string, ...args: string[]) {
  const path = projectPath(`node_modules/${program}`)
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], {
    cwd: copy,
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
  })
  return { status, printed: stdout + stderr }
}
const lint = () => run('@biomejs/biome/bin/biome', 'lint', 'src', 'bindings', 'cli')
const document = () => run('typedoc/bin/typedoc', '--options', 'docs/typedoc.json', '--emit', 'none')
const findUnused = () => run('knip/bin/knip.js', '--include', 'exports')

/** Adds a file to src/. */
const plant = (path: string, text: string) => writeFileSync(join(copy, 'src', path), text)

test('the sources pass', () => {
  expect(lint()).toMatchObject({ status: 0 })
})

test('an import from a room above, or beside, fails', () => {
  const planted = [
    ['core/upward.ts', '../table/embedding-table.ts', 'EmbeddingTable'],
    ['table/upward.ts', '../collection/collection.ts', 'Collection'],
    ['collection/sideways.ts', '../bulk/pairs-above.ts', 'pairsAbove'],
  ] as const
  for (const [path, imported, name] of planted) {
    plant(path, `import { ${name} } from '${imported}'\n\nexport const planted = ${name}\n`)
  }
  const { status, printed } = lint()
  for (const [path] of planted)
    expect(printed).toMatch(new RegExp(`${path}:1:\\d+ lint/style/noRestrictedImports`))
  expect(status).toBe(1)
})

test('a circle of imports fails', () => {
  plant('core/one.ts', "import { two } from './two.ts'\n\nexport const one = () => two()\n")
  plant('core/two.ts', "import { one } from './one.ts'\n\nexport const two = (): unknown => one()\n")
  const { status, printed } = lint()
  expect(printed).toContain('noImportCycles')
  expect(status).toBe(1)
})

test('a public name without documentation fails', () => {
  appendFileSync(join(copy, 'src/bulk.ts'), "export { planted } from './bulk/planted.ts'\n")
  plant('bulk/planted.ts', 'export function planted(): number {\n  return 1\n}\n')
  const { status, printed } = document()
  expect(printed).toMatch(/bulk\.planted .*does not have any documentation/)
  expect(status).not.toBe(0)
}, 120_000)

test('an export that nothing imports fails', () => {
  plant('core/planted.ts', 'export const planted = 1\nexport const used = 2\n')
  appendFileSync(join(copy, 'src/bulk.ts'), "export { used } from './core/planted.ts'\n")
  const { status, printed } = findUnused()
  expect(printed).toMatch(/planted .*src\/core\/planted\.ts/)
  expect(status).toBe(1)
}, 120_000)
