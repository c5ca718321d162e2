/** Written expressions: of `parseExpression` and of `rowspace analogy`. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatExpression, isBareWord } from '../../cli/views/expression.ts'
import { parseExpression } from '../../src/index.ts'
import { parseTerms } from '../../src/table/parse-expression.ts'

/** `+1 king` a term. */
const terms = (text: string) =>
  parseTerms(text).map(({ weight, word, quoted }) => [weight, word, ...(quoted ? ['quoted'] : [])])

describe('an expression', () => {
  test.each([
    [
      'king - man + woman',
      [
        [1, 'king'],
        [-1, 'man'],
        [1, 'woman'],
      ],
    ],
    [
      'king − man + woman',
      [
        [1, 'king'],
        [-1, 'man'],
        [1, 'woman'],
      ],
    ],
    [
      '  king\t-\nman ',
      [
        [1, 'king'],
        [-1, 'man'],
      ],
    ],
    ['king', [[1, 'king']]],
    [
      'king -man +woman',
      [
        [1, 'king'],
        [-1, 'man'],
        [1, 'woman'],
      ],
    ],
    [
      '- man + king',
      [
        [-1, 'man'],
        [1, 'king'],
      ],
    ],
    ['+king', [[1, 'king']]],
    [
      'well-known - known',
      [
        [1, 'well-known'],
        [-1, 'known'],
      ],
    ],
    ['king-man', [[1, 'king-man']]],
    [
      'c++ - c',
      [
        [1, 'c++'],
        [-1, 'c'],
      ],
    ],
    [
      '2 * king - 0.5*queen',
      [
        [2, 'king'],
        [-0.5, 'queen'],
      ],
    ],
    [
      '.5 * a + 1e-3*b + 2.*c',
      [
        [0.5, 'a'],
        [0.001, 'b'],
        [2, 'c'],
      ],
    ],
    [
      '2 - 3',
      [
        [1, '2'],
        [-1, '3'],
      ],
    ],
    ['2 * 3', [[2, '3']]],
    [
      'a + *',
      [
        [1, 'a'],
        [1, '*'],
      ],
    ],
    [
      "'New York' - USA",
      [
        [1, 'New York', 'quoted'],
        [-1, 'USA'],
      ],
    ],
    [
      '"-" + \'"\'',
      [
        [1, '-', 'quoted'],
        [1, '"', 'quoted'],
      ],
    ],
    [
      `"it\\"s \\\\" + b`,
      [
        [1, 'it"s \\', 'quoted'],
        [1, 'b'],
      ],
    ],
    [
      "rock'n'roll + n't",
      [
        [1, "rock'n'roll"],
        [1, "n't"],
      ],
    ],
    [
      '" king" - " man"',
      [
        [1, ' king', 'quoted'],
        [-1, ' man', 'quoted'],
      ],
    ],
  ])('%j', (text, expected) => {
    expect(terms(text)).toEqual(expected)
  })

  test.each([
    ['', 1, 'empty'],
    ['   ', 4, 'empty'],
    ['king -', 7, 'the expression ends'],
    ['king - - man', 8, 'a word was expected, not "-"'],
    ['king - −man', 8, 'a word was expected, not "−"'],
    ['king man', 6, '+ or - was expected before "man"'],
    ['king 2 * man', 6, '+ or - was expected before "2 * man"'],
    ['2 *', 4, 'the expression ends'],
    ["'king", 1, "the quote ' is not closed"],
    ["a + 'b", 5, "the quote ' is not closed"],
    ["'king'man", 7, 'a space was expected'],
    ['1e999 * king', 1, 'the weight 1e999 is too large'],
    ['👑 man', 3, '+ or - was expected'],
  ])('%j is rejected at position %i', (text, position, problem) => {
    expect(() => parseExpression(text)).toThrowError(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining(`, position ${position}: `),
      }),
    )
    expect(() => parseExpression(text)).toThrowError(problem)
  })

  test('becomes what a table takes: tokens, ids after #, weights', () => {
    expect(parseExpression(`king - 0.5 * #12 + '#12' - 7`)).toEqual({
      positive: [
        ['king', 1],
        ['#12', 1],
      ],
      negative: [
        [12, 0.5],
        ['7', 1],
      ],
    })
  })

  test('that is not a string is rejected', () => {
    expect(() => parseExpression(5 as never)).toThrowError(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: 'An expression must be a string; got 5.',
      }),
    )
  })

  test('is written so that it parses to the same terms', () => {
    const word = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...` -−+*'"\\2.ea\n`) }),
      fc.constantFrom('king', 'well-known', '2', '2*x', "'s", '-', '#12'),
    )
    const weight = fc.oneof(
      fc.constantFrom(1, -1, 2, 0.5),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    )
    const term = fc
      .record({ weight, word, quoted: fc.boolean() })
      .map((drawn) => ({ ...drawn, quoted: drawn.quoted || !isBareWord(drawn.word) }))
    fc.assert(
      fc.property(fc.array(term, { minLength: 1, maxLength: 6 }), (list) => {
        expect(parseTerms(formatExpression(list))).toEqual(list)
      }),
      { numRuns: 500 },
    )
  })

  test('of any text is read or rejected with a position, nothing else', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`ab -−+*'"\\2.e`) }), (text) => {
        try {
          expect(parseTerms(text).length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_ARGUMENT' })
        }
      }),
      { numRuns: 500 },
    )
  })
})
