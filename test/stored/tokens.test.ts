/** Names of rows by an index that has tokens: as a table in memory has them, and without reading all of them. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readSafetensorsHeader } from '../../src/formats/safetensors/header.ts'
import { tokensTensor } from '../../src/formats/safetensors/writer.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { shortChecksum } from '../../src/sources/checksum.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import type { StoredTable } from '../../src/stored/stored-table.ts'
import { slotsFor } from '../../src/stored/token-layout.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { rejection } from '../formats/files.ts'
import { makeTable } from '../oracle/tables.ts'
import { expectSame, indexOf } from './both.ts'
import { countingTokens, namedFile, TOKEN_TENSORS } from './named-files.ts'

const HOSTILE = [
  ...['', ' ', '▁', '▁king', 'king', ' king', 'King', '17', '#3', '0', '__proto__', 'constructor', '\u0000'],
  ...[
    '"',
    '\\',
    '\\"',
    ',',
    '","',
    '[',
    ']',
    '\n',
    '\ufeff',
    '\ufeffking',
    '\ufffd',
    'é',
    'e\u0301',
    '😀',
    '👩‍👩‍👧',
  ],
  ...['x'.repeat(300), '語'.repeat(16_383), 'x'.repeat(16_383)],
]

/** Names that most tables do not have. */
const ASKED = [...HOSTILE, 'queen', 'kin', '\ud800', '😀'.slice(0, 1), 'y'.repeat(20_000), '▁▁king', '  king']

/** Both tables find the same ids by names, or have the same to say. */
async function expectSameNames(stored: StoredTable, table: EmbeddingTable, names: readonly string[]) {
  const inMemory = async (name: string) => table.id(name)
  for (const name of names) {
    const [actual, expected] = await Promise.allSettled([stored.id(name), inMemory(name)])
    expect(actual).toEqual(expected)
    if (actual.status === 'fulfilled' || expected.status === 'fulfilled') continue
    expect(actual.reason.details).toEqual(expected.reason.details)
  }
}

/** Texts are split alike, and known to be one token. */
async function expectSameTexts(stored: StoredTable, table: EmbeddingTable, texts: readonly string[]) {
  for (const text of texts) {
    const part = await stored.vocabularyFor(text)
    expect(part?.tokenize(text)).toEqual(table.vocabulary?.tokenize(text))
    expect(part?.idOf(text)).toBe(table.vocabulary?.idOf(text))
    const id = part?.idOf(text)
    if (id !== undefined) expect(part?.tokenOf(id)).toBe(text)
  }
  await stored.close()
}

async function bothNamed(tokens: readonly string[]) {
  const { flat } = makeTable(tokens.length, 2, 'plain', 5)
  const file = namedFile(flat, 2, tokens)
  const index = await indexOf(file)
  const table = await EmbeddingTable.from(flat, { dimension: 2, tokens, codes: false })
  const { source, read } = await countingTokens(file)
  return { table, read, open: () => viewTable(source, { index }) }
}

test('random tables of hostile tokens', async () => {
  const token = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 6 }))
  await fc.assert(
    fc.asyncProperty(fc.array(token, { minLength: 1, maxLength: 300 }), async (tokens) => {
      const { table, read, open } = await bothNamed(tokens)
      await using stored = await open()
      for (const [id, token] of tokens.entries()) expect(await stored.token(id)).toBe(token)
      await expectSameNames(stored, table, tokens)
      await using other = await open()
      const ids = tokens.map((token) => table.id(token))
      // all at once
      expect(await other.gather(tokens)).toEqual(table.gather(ids))
      expect((await other.scores(0, tokens)).toArray()).toEqual(table.scores(0, tokens).toArray())
      expect(read.bytes).toBe(0)
      await expectSameTexts(await open(), table, [
        ...ASKED,
        tokens.slice(0, 9).join(' '),
        'King, queen 17 kings.',
      ])
      await expectSameNames(other, table, ASKED)
    }),
    { numRuns: 60, examples: [[HOSTILE], [['king', '▁king', 'king']]] },
  )
})

test.each([
  [300, 'tokens whose searches all begin at the last slot', () => true],
  [40, 'tokens whose slots are alike but for the id', (hash: number) => hash >>> 25 === 99],
] as const)('%i %s', async (size, _, isAlike) => {
  const [hash, bytes, slots] = [await shortChecksum(), new TextEncoder(), slotsFor(size)]
  const tokens: string[] = []
  for (let number = 0; tokens.length < size; number++) {
    const found = hash(bytes.encode(`token ${number}`))
    if (found % slots === slots - 1 && isAlike(found)) tokens.push(`token ${number}`)
  }
  const missing = tokens.splice(0, 3)
  // equal ones too
  tokens.push(...tokens.slice(0, 3))
  const { table, read, open } = await bothNamed(tokens)
  await using stored = await open()
  await expectSameNames(stored, table, tokens)
  // by the index alone
  expect(read.bytes).toBe(0)
  await expectSameNames(stored, table, missing)
  for (const [id, token] of tokens.entries()) expect(await stored.token(id)).toBe(token)
})

describe('what is read', () => {
  const [SIZE, DIMENSION] = [4000, 8]
  const made = makeTable(SIZE, DIMENSION, 'plain', 3)
  const tokens = Array.from({ length: SIZE }, (_, id) => `token ${id}`)
  const file = namedFile(made.flat, DIMENSION, tokens)

  test('searches and rows by token read no list of tokens', async () => {
    const { source, read } = await countingTokens(file)
    const index = await indexOf(file)
    const table = await EmbeddingTable.from(made.flat, { dimension: DIMENSION, tokens, codes: false })
    await using stored = await viewTable(source, { index })
    expectSame(await stored.nearest('token 7'), table.nearest('token 7'))
    expectSame(await stored.nearest(9), table.nearest(9))
    const sum = { positive: ['token 1', ['token 2', 0.5]], negative: [3] } as const
    const options = { exclude: ['token 9', 4], k: 50 }
    expectSame(await stored.analogy(sum, options), table.analogy(sum, options))
    expect(await stored.row('token 3999')).toEqual(table.row(3999))
    expect(await stored.token(3)).toBe('token 3')
    expect((await stored.scores('token 5', [1, 'token 2'])).toArray()).toEqual(
      table.scores(5, [1, 2]).toArray(),
    )
    expect(await stored.randomIds(9, { exclude: ['token 1'] })).toEqual(table.randomIds(9, { exclude: [1] }))
    expect(read.bytes).toBe(0)
    // what looks at any token needs all
    const filter = (id: number, token: string | undefined) => id > 3 && token !== 'token 9'
    expectSame(await stored.nearest(8, { filter }), table.nearest(8, { filter }))
    expect(read.bytes).toBeGreaterThan(0)
  })

  test('an unknown name is looked for in all tokens, for what is like it', async () => {
    const { source, read } = await countingTokens(file)
    await using stored = await viewTable(source, { index: await indexOf(file) })
    expect(await rejection(stored.nearest('tokem 7'))).toMatchObject({
      code: 'UNKNOWN_TOKEN',
      details: { similar: 'token 7' },
    })
    const { bytes } = read
    expect(bytes).toBeGreaterThan(0)
    // they are held from then on
    expect(await stored.id('token 5')).toBe(5)
    expect(read.bytes).toBe(bytes)
  })

  test('a name costs a few hundred bytes of the index', async () => {
    const bytes = await indexOf(file)
    let read = 0
    const inner = bytesSource(bytes)
    const index: ByteSource = {
      ...inner,
      read(start, end, options) {
        read += end - start
        return inner.read(start, end, options)
      },
    }
    await using stored = await viewTable(file, { index })
    expect(await stored.id('token 77')).toBe(77)
    // codes are not needed
    expect(read).toBeLessThan(10_000)
    read = 0
    expect(await stored.id('token 1234')).toBe(1234)
    expect(await stored.token(3999)).toBe('token 3999')
    expect(read).toBeLessThan(2000)
    read = 0
    // what was read lately is held
    expect(await stored.id('token 1234')).toBe(1234)
    expect(read).toBe(0)
  })

  test('names of an answer are read while its rows are', async () => {
    const bytes = await indexOf(file)
    const [rows, index] = [bytesSource(file), bytesSource(bytes)]
    const { start, end } = (await readSafetensorsHeader(index)).tensors.get('token_bytes')!
    let areRead = () => {}
    const namesRead = new Promise<void>((resolve) => {
      areRead = resolve
    })
    let wait: Promise<void> | undefined
    const slow: ByteSource = {
      ...rows,
      async read(from, to, options) {
        await wait
        return rows.read(from, to, options)
      },
    }
    const watched: ByteSource = {
      ...index,
      read(from, to, options) {
        if (from >= start && from < end) areRead()
        return index.read(from, to, options)
      },
    }
    await using stored = await viewTable(slow, { index: watched })
    await stored.loadIndex()
    // no row comes before a name was asked for
    wait = namesRead
    const answer = await stored.nearest(made.rows[7]!)
    expect(answer.at(0)).toMatchObject({ id: 7, token: 'token 7' })
  })

  test('without an index, and by one of other rows, names are those of the file', async () => {
    for (const index of [
      undefined,
      await indexOf(namedFile(made.flat.slice(8), DIMENSION, tokens.slice(1))),
    ]) {
      await using stored = await viewTable(file, { index })
      expect(await stored.id('token 5')).toBe(5)
      expect(await stored.token(6)).toBe('token 6')
      expect(['NOT_FOUND', 'CHANGED']).toContain((await rejection(stored.nearest(5))).code)
    }
  })
})

describe('names of a view', () => {
  const tokens = ['king', 'queen', 'man', 'woman']
  const { flat } = makeTable(4, 2, 'plain', 5)
  const file = namedFile(flat, 2, tokens)
  const other = ['one', 'two', 'three', 'four']

  test('tokens and words that the caller gives are those', async () => {
    const index = await indexOf(file)
    const words = new TextEncoder().encode(JSON.stringify(other))
    for (const options of [{ tokens: other }, { words }]) {
      await using stored = await viewTable(file, { ...options, index })
      const answer = await stored.nearest('two', { includeInputs: true })
      expect(answer.at(0)).toMatchObject({ id: 1, token: 'two' })
      expect(await stored.token(3)).toBe('four')
      expect(await rejection(stored.id('king'))).toMatchObject({ code: 'UNKNOWN_TOKEN' })
    }
  })

  test('an index that was made with words names no rows', async () => {
    const words = new TextEncoder().encode(JSON.stringify(other))
    const index = await indexOf(file, { words })
    expect([...(await tensorsOf(index))]).not.toEqual(expect.arrayContaining(TOKEN_TENSORS))
    await using stored = await viewTable(file, { index })
    expect((await stored.nearest('queen', { includeInputs: true })).at(0)).toMatchObject({ token: 'queen' })
  })

  test('those of the first rows are of the first rows', async () => {
    const index = await indexOf(file, { limit: 2 })
    await using stored = await viewTable(file, { index, limit: 2 })
    expect((await stored.nearest('king')).toArray()).toMatchObject([{ id: 1, token: 'queen' }])
    expect(await rejection(stored.id('man'))).toMatchObject({ code: 'UNKNOWN_TOKEN' })
  })

  test('tokens that no UTF-8 writes, or that were not read as they are, are left to the file', async () => {
    const half = ['king', '\ud800', '\udc00x', '\ufffd']
    const bytes = namedFile(flat, 2, half)
    const index = await indexOf(bytes)
    expect(await tensorsOf(index)).not.toContain('token_slots')
    await using stored = await viewTable(bytes, { index })
    expect(await Promise.all(half.map((token) => stored.id(token)))).toEqual([0, 1, 2, 3])
    expect((await stored.nearest(0)).toArray().map(({ token }) => token)).toContain('\ud800')
    expect(await tensorsOf(await indexOf(file, { encodingErrors: 'replace' }))).not.toContain('token_slots')
    expect(await tensorsOf(await indexOf(file))).toEqual(expect.arrayContaining(TOKEN_TENSORS))
  })
})

async function tensorsOf(index: Uint8Array): Promise<string[]> {
  return [...(await readSafetensorsHeader(bytesSource(index))).tensors.keys()]
}

describe('lists of tokens', () => {
  const { flat } = makeTable(3, 2, 'plain', 5)
  const fileOf = (list: string) => namedFile(flat, 2, new TextEncoder().encode(list))

  test.each([
    '["a","b"]',
    '["a","b","c","d"]',
    '["a","b","c",]',
    '["a",,"c"]',
    '["a"],["b","c"]',
    '["a","b",3]',
    '["a","b","c"',
    '["a","b","c"]]',
    '{"a":1,"b":2,"c":3}',
    '[]',
    '"a,b,c"',
    '["a","b",["c","d"]]',
    `["a","b","${'x'.repeat(16_384)}"]`,
    '["a","b","\\ud8"]',
  ])('%s is rejected as when it is read whole', async (list) => {
    const file = fileOf(list)
    await using stored = await viewTable(file)
    const expected = await rejection(stored.vocabulary())
    const { code, message } = await rejection(indexOf(file))
    expect({ code, message }).toEqual({ code: expected.code, message: expected.message })
  })

  test.each(['["a","b","c"]', ' [ "a" , "b" , "c" ] ', '\ufeff["a","b","c"]', '["\\u0061","b","\\u0063"]'])(
    '%s is taken',
    async (list) => {
      const file = fileOf(list)
      await using stored = await viewTable(file, { index: await indexOf(file) })
      expect(await Promise.all(['c', 'b', 'a'].map((name) => stored.id(name)))).toEqual([2, 1, 0])
    },
  )

  test('a list of several blocks of its file, with commas and quotes across their ends', async () => {
    const size = 90_000
    const tokens = Array.from(
      { length: size },
      (_, id) => `${'",\\'.repeat(id % 9)}${id}${'é,"'.repeat(id % 7)}`,
    )
    const { flat } = makeTable(size, 1, 'plain', 5)
    const file = namedFile(flat, 1, tokens)
    expect(tokensTensor(tokens).shape[0]).toBeGreaterThan(2 * 2 ** 20)
    for (const limit of [undefined, 89_999, 40_000]) {
      await using stored = await viewTable(file, { index: await indexOf(file, { limit }), limit })
      const ids = Array.from({ length: 500 }, (_, place) => (place * 7919) % (limit ?? size))
      const names = ids.map((id) => tokens[id]!)
      expect((await stored.scores(0, names)).toArray().map(({ id, token }) => [id, token])).toEqual(
        ids.map((id) => [id, tokens[id]]),
      )
    }
  })
})
