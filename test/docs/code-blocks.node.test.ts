/** Every TypeScript block of README.md and docs/ is type-checked against the built package and run; so is every command. */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { transform } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'
import { codeBlocks, documentedBlocks } from './code-blocks.ts'

const blocks = documentedBlocks()
const programs = blocks.filter(({ language }) => language === 'ts')
const fileOf = (place: string) => place.replace(/[^\w]+/g, '-')

// inside the package, where `rowspace` names the package itself
const generated = projectPath('build/docs-code')
let folder: string

beforeAll(async () => {
  rmSync(generated, { recursive: true, force: true })
  mkdirSync(generated, { recursive: true })
  folder = mkdtempSync(join(tmpdir(), 'rowspace-docs-'))
  cpSync(projectPath('data/glove-20k.safetensors'), join(folder, 'vectors.safetensors'))
  for (const { place, code } of programs) {
    writeFileSync(join(generated, `${fileOf(place)}.ts`), `export {}\n${code}`)
    const { code: script } = await transform(code, { loader: 'ts', format: 'esm', target: 'node20' })
    writeFileSync(join(generated, `${fileOf(place)}.mjs`), script)
  }
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('blocks are found with what they rely on', () => {
  expect(codeBlocks('page', 'a\n\n<!-- only: types, because -->\n\n```ts\none\n```\n')[0]?.run).toBe(true)
  const [first, second] = codeBlocks(
    'page',
    '# t\n\n<!-- with: vector384 -->\n\n```ts\nf(vector)\n```\n<!-- only: types, because x -->\n```ts\n1\n```\n',
  )
  expect(first).toMatchObject({ place: 'page:6', language: 'ts', run: true })
  expect(first?.code).toMatch(/^const vector = [^\n]*\nf\(vector\)\n$/)
  expect(second).toMatchObject({ run: false, code: '1\n' })
  expect(() => codeBlocks('page', '<!-- with: nothing -->\n```ts\n```\n')).toThrow('no prelude "nothing"')
  expect(programs.length).toBeGreaterThan(20)
})

test('every TypeScript block has the right types', () => {
  const config = {
    extends: '../../tsconfig.json',
    compilerOptions: { allowImportingTsExtensions: false, rewriteRelativeImportExtensions: false },
    include: ['*.ts'],
    exclude: [],
  }
  writeFileSync(join(generated, 'tsconfig.json'), JSON.stringify(config))
  writeFileSync(
    join(generated, 'assets.d.ts'),
    `declare module '*?url' { const address: string; export default address }\n`,
  )
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
  execFileSync(process.execPath, [tsc, '-p', generated], { stdio: ['ignore', 'inherit', 'inherit'] })
})

test.each(programs.filter(({ run }) => run).map(({ place }) => place))('%s runs', (place) => {
  execFileSync(process.execPath, [join(generated, `${fileOf(place)}.mjs`)], { cwd: folder, stdio: 'pipe' })
})

/** Commands on the embedded table; others need a network, a server or a large file. */
const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ place, code }) =>
    code.split('\n').map((line) => ({ place, line: line.replace(/\s+#.*$/, '') })),
  )
  .filter(
    ({ line }) => /^npx rowspace( |$)/.test(line) && !/hf:|clickhouse:|…|\.txt|data\/|--live/.test(line),
  )

test.each(commands)('$place: $line', ({ line }) => {
  const command = line.replace(/^npx rowspace/, `"${process.execPath}" "${projectPath('dist/cli.js')}"`)
  expect(execFileSync(command, { cwd: folder, shell: true, stdio: 'pipe', encoding: 'utf8' })).not.toBe('')
})
