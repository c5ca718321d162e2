/**
 * `npm run gpt2`: what it reads and says of files of GPT-2's shape that are not GPT-2's. (The real one cannot be had here; 82 of its rows
 * can, scaled to length 1: their cosines are the model's own.)
 */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { gpt2Vocabulary } from '../../src/gpt2.ts'
import { folder } from '../cli/command.ts'
import { testHub } from '../servers/hub-spec.ts'
import { gpt2File } from '../servers/model-names.ts'
import { isThere, projectPath, sharedPath } from '../shared-data.ts'

const REAL = sharedPath('gpt2-82/gpt2_embeddings.txt')
const HEAD_BYTES = 65_536
const ROW_BYTES = 768 * 4

async function check(rows: number, options: string[] = [], real: Record<number, string> = {}) {
  const spec = { ...gpt2File(1, { rows, dimension: 768, layers: 1 }), rows: real }
  const files = { 'model.safetensors': { kind: 'model', spec } } as const
  const { endpoint, log } = await testHub({ models: { 'openai-community/gpt2': { files } } })
  const env = { ...process.env, HF_ENDPOINT: endpoint, ROWSPACE_CACHE: folder() }
  const script = projectPath('scripts/check-gpt2.mjs')
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...options], {
    encoding: 'utf8',
    env,
  })
  const read = (await log()).filter(({ place }) => place === 'store')
  return { lines: stdout.trimEnd().split('\n'), stderr, status, read }
}

/** The real rows by word. */
function realRows(): Map<string, Float32Array> {
  const lines = readFileSync(REAL, 'utf8').trimEnd().split('\n').slice(1)
  return new Map(
    lines.map((line) => {
      const [word = '', ...numbers] = line.trim().split(' ')
      return [word, Float32Array.from(numbers, Number)]
    }),
  )
}

/** The id of the token that begins a word, where the word is one token. */
const idOf = (word: string) => gpt2Vocabulary().idOf(` ${word}`) ?? gpt2Vocabulary().idOf(word)

test.skipIf(!isThere(REAL))(
  'nine rows are read, and nothing else: real ones give the model’s cosines',
  async () => {
    const rows = realRows()
    const byId = [...rows].map(
      ([word, row]) => [idOf(word)!, Buffer.from(row.buffer).toString('base64')] as const,
    )
    expect(new Set(byId.map(([id]) => id)).size).toBe(82)
    const { lines, stderr, status, read } = await check(50_257, [], Object.fromEntries(byId))
    expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
    expect(lines[0]).toBe('as published  shape: 50257 x 768')
    expect(lines[1]).toBe('king − man + woman   cosine  published   dot  published')

    const sum = Float64Array.from(rows.get('king')!, (king, column) => {
      return king - rows.get('man')![column]! + rows.get('woman')![column]!
    })
    const dot64 = (a: Float64Array, b: ArrayLike<number>) =>
      a.reduce((all, value, column) => all + value * b[column]!, 0)
    for (const [place, word] of ['queen', 'princess'].entries()) {
      const row = Float64Array.from(rows.get(word)!)
      const dot = dot64(sum, row)
      const cosine = dot / Math.sqrt(dot64(sum, sum) * dot64(row, row))
      const [token, ...figures] = lines[2 + place]!.trim().split(/\s+/)
      expect([token, figures[0], figures[2], figures.at(-1)]).toEqual([
        word,
        cosine.toFixed(2),
        dot.toFixed(1),
        'DIFFERS',
      ])
    }
    expect(lines[8]).toBe('read: 9 rows of 3072 bytes, 93,184 bytes with the header')

    const table = read.filter(({ range }) => range !== `bytes=0-${HEAD_BYTES - 1}`)
    const words = ['king', 'man', 'woman', 'queen', 'princess', 'Queen', 'Either', 'Alpine', 'pillars']
    const ids = words.map((word) => idOf(word)!)
    const starts = table.map(({ range }) => Number(/^bytes=(\d+)-/.exec(range ?? '')?.[1]))
    const first = Math.min(...starts) - Math.min(...ids) * ROW_BYTES
    const offsets = starts.map((start) => (start - first) / ROW_BYTES)
    expect(offsets.sort((a, b) => a - b)).toEqual(ids.sort((a, b) => a - b))
    expect(table.map(({ bytes }) => bytes)).toEqual(Array(9).fill(ROW_BYTES))
    expect(read.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(HEAD_BYTES + 9 * ROW_BYTES)
  },
  30_000,
)

test('rows that give every published figure are accepted', async () => {
  const vector = (...first: number[]) => {
    const row = new Float32Array(768)
    row.set(first)
    return Buffer.from(row.buffer).toString('base64')
  }
  const figures = { queen: [0.71, 11.2], princess: [0.6, 9.4], Queen: [0.6, 8.7], Either: [0.21, 3.1] }
  const more = { Alpine: [0.23, 3.8], pillars: [0.29, 4.6] }
  // king − man + woman is (1, 0, …), so a dot product is the first column
  const rows = { king: vector(3), man: vector(4), woman: vector(2) }
  const others = Object.entries({ ...figures, ...more }).map(([word, [cosine = 1, dot = 0]]) => {
    return [word, vector(dot, Math.sqrt((dot / cosine) ** 2 - dot ** 2))] as const
  })
  const real = [...Object.entries(rows), ...others].map(([word, row]) => [idOf(word)!, row] as const)
  const { lines, status } = await check(50_257, [], Object.fromEntries(real))
  expect(lines[2]).toBe(' queen                 0.71       0.71  11.2       11.2  as published')
  expect([lines.at(-1), status]).toEqual(['This is GPT-2.', 0])
}, 30_000)

test('with --all: the shape is right, the fingerprint and every figure are not', async () => {
  const { lines, stderr, status, read } = await check(50_257, ['--all'])
  expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
  expect(lines[0]).toBe('as published  shape: 50257 x 768')
  expect(lines[1]).toMatch(/^DIFFERS {7}SHA-256 of the rows: [0-9a-f]{64}, published e182e433/)
  expect(lines[6]).toMatch(/^ queen +-?[\d.]+ +0\.71 +-?[\d.]+ +11\.2 {2}DIFFERS$/)
  expect(lines).toHaveLength(13)
  expect(lines.at(-1)).toBe('10 differ: this is another table.')
  expect(read.reduce((sum, { bytes }) => sum + bytes, 0)).toBeGreaterThan(50_257 * ROW_BYTES)
}, 30_000)

test.each([[[]], [['--all']]])('another shape is reported at once (%j)', async (options) => {
  const { lines, status } = await check(100, options)
  const expected = [
    'DIFFERS       shape: 100 x 768, published 50257 x 768',
    '1 differ: this is another table.',
  ]
  expect({ lines, status }).toEqual({ lines: expected, status: 1 })
})

test('an unknown option is reported', async () => {
  expect(await check(100, ['--al'])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("'--al'"),
    read: [],
  })
})
