/** GPT-2's tokens, by the ids published for its table. */
import { describe, expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { findToken } from '../../src/table/vocabulary.ts'
import { gpt2Vocabulary } from '../../src/tokenizers/gpt2.ts'

const PUBLISHED: [string, number][] = [
  [' dog', 3290],
  [' king', 5822],
  [' man', 582],
  [' woman', 2415],
  [' queen', 16599],
  [' princess', 21752],
  [' Queen', 7542],
  [' Either', 15467],
  [' Alpine', 46994],
  [' pillars', 30485],
  ['<|endoftext|>', 50256],
]

describe('GPT-2’s vocabulary', () => {
  const vocabulary = gpt2Vocabulary()

  test('has 50,257 tokens, each with its own name', () => {
    expect(vocabulary.size).toBe(50_257)
    const names = new Set<string>()
    for (let id = 0; id < vocabulary.size; id++) {
      const name = vocabulary.tokenOf(id)!
      names.add(name)
      expect(vocabulary.idOf(name)).toBe(id)
    }
    expect(names.size).toBe(50_257)
    expect(vocabulary.tokenOf(50_257)).toBeUndefined()
  })

  test.each(PUBLISHED)('%j is %d', (token, id) => {
    expect(vocabulary.idOf(token)).toBe(id)
    expect(vocabulary.tokenOf(id)).toBe(token)
  })

  test('finds `queen`, which is no token of its own, with a leading space', () => {
    expect(vocabulary.idOf('queen')).toBeUndefined()
    expect(findToken(vocabulary, 'queen')).toBe(16599)
  })

  test('writes tokens that are not UTF-8 by their bytes', () => {
    expect(vocabulary.tokenOf(447)).toBe('<0xE2><0x80>') // with a leading space in the ranks it is 564
    expect(vocabulary.idOf('<0xE2><0x80>')).toBe(447)
  })

  test('splits a text as the model does', () => {
    expect(vocabulary.tokenize('queen').map(({ text }) => text)).toEqual(['que', 'en'])
    expect(vocabulary.tokenize(' a dog').map(({ id }) => id)).toEqual([257, 3290])
    expect(vocabulary.tokenize('').length).toBe(0)
  })

  test('takes special tokens in a text for text', () => {
    const tokens = vocabulary.tokenize('<|endoftext|>').map(({ id }) => id)
    expect(tokens).not.toContain(50256)
    expect(tokens.length).toBeGreaterThan(1)
  })

  test('says how a word splits that is no token', () => {
    try {
      findToken(vocabulary, 'embeddings')
      expect.fail('embeddings was found')
    } catch (error) {
      expect(isRowspaceError(error, 'UNKNOWN_TOKEN')).toBe(true)
      expect((error as Error).message).toMatch(/"embed" 20521, "d" 67, "ings" 654/)
    }
  })

  test('names the rows of a table of its size', async () => {
    using table = await EmbeddingTable.fill(
      { size: 50_257, dimension: 1 },
      (target) => {
        for (let id = 0; id < target.length; id++) target[id] = id
        return undefined
      },
      { tokens: vocabulary },
    )
    expect(table.row('queen')[0]).toBe(16599)
    expect(table.nearest([1], { k: 1, metric: 'dot' }).at(0)?.token).toBe('<|endoftext|>')
  })
})
