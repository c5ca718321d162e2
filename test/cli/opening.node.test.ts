/** How the command opens tables: some of the rows, words from another file. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { npy } from '../formats/packed-files.ts'
import { folder, json, rowspace } from './command.ts'

const TEXT = '4 2\na 1 0\nb 1 1\nc 0 1\nd 2 1\n'

function files(contents: Record<string, string | Uint8Array>): string {
  const place = folder()
  for (const [name, content] of Object.entries(contents)) writeFileSync(join(place, name), content)
  return place
}

test('--limit searches the first rows alone', () => {
  const path = join(files({ 'table.txt': TEXT }), 'table.txt')
  const tokens = (...options: string[]) =>
    json('nearest', path, 'b', ...options).matches.map(({ token }: { token: string }) => token)
  expect(tokens()).toEqual(['d', 'a', 'c'])
  expect(tokens('--limit', '3')).toEqual(['a', 'c'])
  expect(rowspace('nearest', path, 'd', '--limit', '3').stderr).toContain('"d" is not a token of this table')
  expect(rowspace('nearest', path, 'b', '--limit', '0').stderr).toBe(
    'rowspace: --limit must be an integer ≥ 1; got "0".\n',
  )
})

test('--limit of pack writes the first rows, and of inspect says what they take', () => {
  const place = files({ 'table.txt': TEXT })
  const [from, to] = [join(place, 'table.txt'), join(place, 'cut.safetensors')]
  expect(json('pack', from, to, '--limit', '2').size).toBe(2)
  expect(json('lookup', to, 'b').tokens[0]).toMatchObject({ token: 'b', id: 1 })
  const large = join(files({ 'large.npy': npy('<f4', [9_000, 9], new Float32Array(81_000)) }), 'large.npy')
  const [all, some] = [json('inspect', large), json('inspect', large, '--limit', '1')]
  expect([all.rows, some.rows]).toEqual([9_000, 9_000])
  expect(some.memory.opened).toBeLessThan(all.memory.opened / 4)
})

test('--words names rows that have no words, as those that gensim puts beside a pickle', () => {
  const place = files({
    'x.kv.vectors.npy': npy('<f4', [3, 2], Float32Array.of(1, 0, 1, 1, 0, 1)),
    'x.kv': Uint8Array.of(0x80, 4, 0x95, 9, 0, 0, 0, 0, 0, 0, 0),
    'index_to_key.txt': 'a\nb\nc\n',
  })
  const pickle = rowspace('nearest', join(place, 'x.kv'), 'b')
  expect(pickle.code).toBe(2)
  expect(pickle.stderr).toContain('.vectors.npy beside it with { words } (--words)')
  const vectors = join(place, 'x.kv.vectors.npy')
  const { matches } = json('nearest', vectors, 'b', '-k', '1', '--words', join(place, 'index_to_key.txt'))
  expect(matches[0].token).toBe('a')
})

test('--dtype holds rows in another type', () => {
  const path = join(files({ 'table.txt': '3 2\na 1 0.001\nb 1 1\nc 0 1.001\n' }), 'table.txt')
  const scores = (...options: string[]) =>
    json('nearest', path, 'b', '--metric', 'dot', ...options).matches.map(({ dot }: { dot: number }) => dot)
  expect(scores('--dtype', 'f32')).toEqual(scores())
  expect(scores('--dtype', 'bf16')).toEqual([1.00098, 1].map((dot) => expect.closeTo(dot, 2)))
  expect(scores('--dtype', 'int8')).not.toEqual(scores())
  const wrong = rowspace('nearest', path, 'b', '--dtype', 'f64')
  expect(wrong.stderr).toContain('--dtype must be f32 or bf16 or f16 or int8; got "f64"')
  const viewed = rowspace('nearest', path, 'b', '--view', '--dtype', 'f16')
  expect(viewed.stderr).toContain('rows are not held with --view, so --dtype f16 changes nothing')
})

test('--counts of lookup shows how often each token came', () => {
  const place = files({ 'table.txt': TEXT, 'counts.txt': 'a 1200\nb 30\n' })
  const [path, counts] = [join(place, 'table.txt'), join(place, 'counts.txt')]
  expect(json('lookup', path, 'a b c', '--counts', counts).tokens).toMatchObject([
    { token: 'a', count: 1_200 },
    { token: 'b', count: 30 },
    { token: 'c', count: 0 },
  ])
  expect(json('lookup', path, 'a').tokens[0]).not.toHaveProperty('count')
  expect(rowspace('lookup', path, 'a b', '--counts', counts).stdout).toMatch(/count.*\n\s+a\s+0\s+1,200 /)
  expect(rowspace('lookup', path, 'a', '--view', '--counts', counts).stderr).toContain('leave --view out')
})
