/** The packed tarball in an empty project: every door in Node, and its types in a strict program. */
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ANSWER, MORE, SLIM_ANSWER } from './answers.ts'
import { installPacked, type Project, print } from './project.ts'

let project: Project
beforeAll(() => {
  project = installPacked()
}, 60_000)
afterAll(() => project?.remove())

/** Runs a program in the project; what it prints is JSON. */
const run = (program: string, ...flags: string[]) => {
  const path = project.write(`program-${Math.random().toString(36).slice(2)}.mjs`, program)
  return JSON.parse(project.node(...flags, path))
}

describe('in Node', () => {
  test('every door answers', () => {
    expect(run(`import { ask } from './ask.mjs'\n${print('ask()')}`)).toEqual(ANSWER)
  })

  test('the doors beside search answer', () => {
    expect(run(`import { askMore } from './ask-more.mjs'\n${print('askMore()')}`)).toEqual(MORE)
  })

  test('slim, with the file as bytes', () => {
    const program = `
      import { readFileSync } from 'node:fs'
      import { askSlim } from './ask-slim.mjs'
      const bytes = readFileSync(new URL(import.meta.resolve('rowspace/rowspace.wasm')))
      ${print('askSlim(bytes)')}`
    expect(run(program)).toEqual(SLIM_ANSWER)
  })

  test('slim without a core says what is missing', () => {
    const program = `
      import { askSlim } from './ask-slim.mjs'
      ${print("askSlim().catch(({ code, message }) => code + ': ' + message)")}`
    expect(run(program)).toMatch(/^INVALID_ARGUMENT: .*rowspace\/rowspace\.wasm/)
  })

  test('all doors share one copy of every class', () => {
    const program = `
      import * as whole from 'rowspace'
      import * as slim from 'rowspace/slim'
      import { rangeSearch } from 'rowspace/bulk'
      import { openTable } from 'rowspace/formats'
      const same = Object.keys(slim).filter((name) => slim[name] === whole[name])
      const table = await whole.EmbeddingTable.from([1, 0, 0, 1], { dimension: 2 })
      const filter = slim.IdSet.from(2, [1])
      const error = await openTable(new Uint8Array(0)).catch((error) => error)
      ${print(`[
        same.length === Object.keys(whole).length,
        error instanceof slim.RowspaceError,
        [...table.nearest([1, 1], { filter }).ids],
        [...rangeSearch(table, [1, 1], { minScore: 0, filter }).ids],
      ]`)}`
    expect(run(program)).toEqual([true, true, [1], [1]])
  })

  test('CommonJS requires it; Node before 20.19 says to import it', () => {
    const path = project.write(
      'program.cjs',
      `let required
      try { required = require('rowspace') } catch ({ code, message }) { required = { code, message } }
      import('rowspace').then((imported) => console.log(JSON.stringify({
        same: required.EmbeddingTable === imported.EmbeddingTable, ...required,
      })))`,
    )
    const expected = process.features.require_module
      ? { same: true }
      : { same: false, code: 'ERR_REQUIRE_ESM', message: expect.stringContaining('dynamic import()') }
    expect(JSON.parse(project.node(path))).toEqual(expected)
  })

  test('the command answers from the default table', () => {
    const command = join('node_modules', 'rowspace', 'dist', 'cli.js')
    const { matches } = JSON.parse(
      project.node(command, 'analogy', 'default', 'king - man + woman', '--json'),
    )
    expect(matches[0]).toMatchObject({ token: 'queen' })
    expect(matches[0].cosine.toFixed(4)).toBe('0.7839')
  })
})

describe('TypeScript', () => {
  test.each(['nodenext', 'bundler'])('a strict program compiles with moduleResolution %s', (resolution) => {
    const module = resolution === 'nodenext' ? 'nodenext' : 'esnext'
    const compilerOptions = {
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      target: 'es2022',
      lib: ['es2022', 'dom', 'esnext.disposable'],
      types: [],
      module,
      moduleResolution: resolution,
    }
    const config = project.write(
      `tsconfig.${resolution}.json`,
      JSON.stringify({ compilerOptions, files: ['typed.ts'] }),
    )
    const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')
    try {
      expect(project.node(tsc, '-p', config)).toBe('')
    } catch (error) {
      expect.fail((error as { stdout: string }).stdout)
    }
  })
})
