import { describe, expect, test } from 'vitest'
import { isRowspaceError } from '../../src/core/errors.ts'
import { findToken, WordList } from '../../src/table/vocabulary.ts'

describe('a word list', () => {
  test('knows each word and its id, the first of those that come twice', () => {
    const words = new WordList(['a', 'b', 'a'])
    expect(words.size).toBe(3)
    expect(words.idOf('a')).toBe(0)
    expect(words.idOf('c')).toBeUndefined()
    expect(words.tokenOf(2)).toBe('a')
    expect(words.tokenOf(3)).toBeUndefined()
  })

  test('is not fooled by names every object has', () => {
    const words = new WordList(['__proto__', 'a'])
    expect(words.idOf('__proto__')).toBe(0)
    for (const name of ['constructor', 'toString', 'hasOwnProperty']) expect(words.idOf(name)).toBeUndefined()
  })

  test('splits a text into words, numbers and signs, in lower case where only that is a word', () => {
    const words = new WordList(['the', 'king', 'King', '7', ',', 'über'])
    const split = (text: string) => words.tokenize(text).map(({ text, id }) => [text, id])
    expect(split('The King, the king')).toEqual([
      ['the', 0],
      ['King', 2],
      [',', 4],
      ['the', 0],
      ['king', 1],
    ])
    expect(split('Über 7 cats')).toEqual([
      ['über', 5],
      ['7', 3],
      ['cats', undefined],
    ])
    expect(split('  ')).toEqual([])
  })

  test('splits a text into the tokens that begin words, where the vocabulary marks these', () => {
    const words = new WordList(['the', '▁the', 'king', '▁king', '▁King', ',', '▁7', ' cat'])
    const split = (text: string) => words.tokenize(text).map(({ text, id }) => [text, id])
    expect(split('The King, king 7 cat s')).toEqual([
      ['▁the', 1],
      ['▁King', 4],
      [',', 5],
      ['▁king', 3],
      ['▁7', 6],
      [' cat', 7],
      ['s', undefined],
    ])
  })
})

describe('a name', () => {
  const id = (tokens: string[], name: string) => findToken(new WordList(tokens), name)

  test('means the token that begins a word first, where the vocabulary marks those', () => {
    const tokens = ['king', '▁king', ',', '▁,', '7', '▁7', '▁', '▁▁']
    expect(['king', '▁king', '7', ',', '▁'].map((name) => id(tokens, name))).toEqual([1, 1, 5, 2, 6])
  })

  test('is taken as written elsewhere: with a leading space, with ##', () => {
    expect(id([' king', 'king'], 'king')).toBe(1)
    expect(id(['king', ' queen'], 'queen')).toBe(1)
    expect(['##s', 's'].map((name) => id(['##s', 's'], name))).toEqual([0, 1])
  })
})

describe('an unknown token', () => {
  const message = (tokens: string[], name: string) => {
    try {
      findToken(new WordList(tokens), name)
    } catch (error) {
      if (isRowspaceError(error, 'UNKNOWN_TOKEN')) return error.message
      throw error
    }
    return expect.fail(`${name} was found`)
  }

  test.each([
    ['kign', 'king'],
    ['Quen', ' queen'],
    ['prinsess', 'princess'],
  ])('%s: did you mean %s', (name, similar) => {
    expect(message(['man', 'king', ' queen', 'princess'], name)).toContain(
      `did you mean ${JSON.stringify(similar)}?`,
    )
  })

  test('of equally near words the first is named', () => {
    expect(message(['cat', 'bat'], 'rat')).toContain('"cat"')
  })

  test('nothing is suggested where nothing is near', () => {
    expect(message(['man', 'king'], 'xylophone')).not.toContain('did you mean')
  })

  test('a text of several tokens is shown as it splits', () => {
    expect(message(['king', 'man'], 'king - man')).toContain('"king" 0, "-" (unknown), "man" 1')
  })
})
