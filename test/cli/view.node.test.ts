/** `rowspace index`, and commands with --view: the same documents as of the table in memory. */
import { existsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { join as joined } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import { isThere, sharedPath } from '../shared-data.ts'
import { folder, json, rowspace } from './command.ts'

function tableFile(tokens?: readonly string[]): string {
  const { flat } = makeTable(2000, 40, 'model', 2)
  const path = join(folder(), 'rows.safetensors')
  writeFileSync(path, joined(writeSafetensors(writableRows(flat, 40, tokens))))
  return path
}

/** Words of letters alone, which a text is split into. */
const wordOf = (id: number) => `word${id.toString().replace(/./g, (digit) => 'abcdefghij'[Number(digit)]!)}`
const tokens = Array.from({ length: 2000 }, (_, id) => wordOf(id))

test.each(['int8', 'int4'])('what is searched by an index of %s codes', (codes) => {
  const path = tableFile(tokens)
  const out = `${path}${codes === 'int4' ? '.int4' : ''}.index.safetensors`
  const made = json('index', path, '--codes', codes)
  expect(made).toEqual({ in: path, out, rows: 2000, bytes: statSync(out).size, rowsKept: 0 })
  for (const call of [
    ['nearest', path, wordOf(7), '-k', '12'],
    ['nearest', path, '#3', '--metric', 'dot', '--include-inputs'],
    ['analogy', path, `${wordOf(1)} - ${wordOf(2)} + 0.5 * ${wordOf(3)}`, '--baselines', '4', '--normalize'],
    ['lookup', path, `${wordOf(5)} ${wordOf(6)} nothing`],
  ]) {
    expect(json(...call, '--view')).toEqual(json(...call))
  }
})

/** An evaluation without what it took. */
function figuresOf(...args: string[]) {
  const document = json('eval', ...args)
  for (const one of document.analogies) delete one.milliseconds
  return document
}

test('an evaluation gives the figures of the table in memory', () => {
  const path = tableFile(tokens)
  const files = folder()
  const [analogies, pairs] = [join(files, 'analogies.txt'), join(files, 'pairs.txt')]
  // every 13th question has a word that the table lacks
  const questions = Array.from({ length: 300 }, (_, id) =>
    [id, id + 1, 2 * id, id % 13 === 0 ? 5000 : 3 * id].map((each) => wordOf(each).toUpperCase()).join(' '),
  )
  writeFileSync(analogies, `: all\n${questions.join('\n')}\n`)
  writeFileSync(
    pairs,
    Array.from({ length: 200 }, (_, id) => `${wordOf(id)} ${wordOf(7 * id + 1)} ${id % 17}`).join('\n'),
  )
  const figures = (...args: string[]) => figuresOf(path, ...args)
  expect(figures('--pairs', pairs, '--view')).toEqual(figures('--pairs', pairs))
  json('index', path)
  const all = ['--analogies', analogies, '--pairs', pairs]
  const inMemory = figures(...all)
  expect(inMemory.analogies[0].correct).toBeGreaterThan(0)
  expect(inMemory.analogies[0].outOfVocabulary).toBe(24)
  for (const more of [[], ['--restrict-vocab', '700'], ['--case-sensitive']]) {
    expect(figures(...all, ...more, '--view')).toEqual(figures(...all, ...more))
  }
  expect(rowspace('eval', path, ...all, '--view').stdout).toContain('2,000 x 40, where it lies')
  for (const more of [
    ['--method', '3cosmul'],
    ['--transform', 'mean'],
  ]) {
    const { code, stderr } = rowspace('eval', path, ...all, ...more, '--view')
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/needs every row, and --view reads few: leave one of the two out/),
    })
  }
})

test('codes of no more bytes than --memory allows', () => {
  const path = tableFile()
  json('index', path)
  const asked = ['nearest', path, '#17']
  const { code, stderr } = rowspace(...asked, '--memory', '70kB')
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr: expect.stringMatching(
      /codes of 8 bits take \d+ bytes of memory, and 70000 are allowed\..*index --codes int4/,
    ),
  })
  json('index', path, '--codes', 'int4')
  for (const memory of ['70kB', '1GiB']) expect(json(...asked, '--memory', memory)).toEqual(json(...asked))
  expect(rowspace(...asked, '--memory', '1000').stderr).toMatch(
    /Allow more \(--memory\), or take fewer rows \(--limit\)\.$/m,
  )
  expect(rowspace(...asked, '--memory', '1 GX').stderr).toMatch(
    /--memory must be a number of bytes, as 500MB, 1GB or 1\.5GiB; got "1 GX"\./,
  )
})

test('rows without tokens, and an index elsewhere', () => {
  const path = tableFile()
  const elsewhere = join(folder(), 'elsewhere')
  expect(json('index', path, elsewhere).out).toBe(elsewhere)
  expect(existsSync(`${path}.index.safetensors`)).toBe(false)
  json('index', path)
  expect(json('lookup', path, '0 17', '--view')).toEqual(json('lookup', path, '0 17'))
  expect(json('nearest', path, '17', '--index', elsewhere)).toEqual(json('nearest', path, '17'))
})

test('the default table, by an index elsewhere', () => {
  const index = join(folder(), 'glove.index')
  expect(json('index', 'default', index)).toMatchObject({ in: 'default', out: index, rows: 20_000 })
  const asked = ['analogy', 'default', 'king - man + woman', '--baselines', '2']
  expect(json(...asked, '--index', index)).toEqual(json(...asked))
})

const EVAL = sharedPath('eval')

test.skipIf(!isThere(EVAL))('12,363 questions on the default table, by an index', () => {
  const index = join(folder(), 'glove.index')
  json('index', 'default', index)
  const asked = ['--analogies', `${EVAL}/questions-words.txt`, '--pairs', `${EVAL}/EN-MEN-TR-3k.txt`]
  const figures = figuresOf('default', ...asked, '--index', index)
  expect(figures.analogies[0].correct).toBe(8355)
  expect(figures).toEqual(figuresOf('default', ...asked))
})

test('what cannot be done says so', () => {
  const path = tableFile(tokens)
  const failed = (...args: string[]) => {
    const { code, stdout, stderr } = rowspace(...args)
    expect([code, stdout]).toEqual([2, ''])
    return stderr
  }
  expect(failed('nearest', path, '#1', '--view')).toMatch(
    /has no index beside it.*npx rowspace index \(--index where it is elsewhere\)\. Or leave --view out/,
  )
  json('index', path)
  expect(failed('index', path)).toMatch(/exists and was left as it is: --overwrite replaces it/)
  expect(json('index', path, '--overwrite').rows).toBe(2000)
  expect(failed('index', 'default')).toMatch(/"default" is not a file of this machine: say where/)
  for (const option of ['--non-finite', '--words', '--encoding']) {
    expect(failed('index', path, option, 'skip')).toContain(`index has no option ${option}`)
  }
  expect(failed('inspect', path, '--non-finite', 'skip')).toContain('inspect has no option --non-finite')
  expect(failed('nearest', path, '#1', '--view', '--non-finite', 'skip')).toMatch(/Leave one of the two out/)
})
