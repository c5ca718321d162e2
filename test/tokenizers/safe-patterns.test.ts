/** Patterns of a tokenizer.json: those of published models are run, those that would hang are not. */
import { describe, expect, test } from 'vitest'
import { isSafe, unsafePattern } from '../../src/tokenizers/safe-patterns.ts'

describe('published patterns are safe', () => {
  test.each([
    ['GPT-2', "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+"],
    [
      'cl100k',
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
    ],
    [
      'Llama 3',
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ],
    [
      'Qwen',
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ],
    [
      'o200k',
      "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ],
    [
      'DeepSeek',
      '[!"#$%&\'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+',
    ],
    ['DeepSeek, Han', '[一-龥぀-ゟ゠-ヿ]+'],
    ['BLOOM', ' ?[^(\\s|[.,!?…。，、।۔،])]+'],
    ['a class within a class', '[\\p{L}&&[^\\p{Han}]]*[\\p{Lo}&&[^\\p{Han}]]+'],
    ['CLIP', "<\\|startoftext\\|>|<\\|endoftext\\|>|'s|'t|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+"],
    ['Falcon', '[0-9][0-9][0-9]'],
    ['XLM-R', ' {2,}'],
    ['digits in threes', '\\p{N}{1,3}(?=(?:\\p{N}{3})*(?!\\p{N}))'],
    ['a bracket that comes first', '[]a]+|[^]a]+b'],
    ['flags', '(?i)abc+'],
    ['a group with a name', '(?<first_2>a)b+'],
  ])('%s', (_, pattern) => expect(isSafe(pattern)).toBe(true))
})

describe('patterns that could hang are not', () => {
  test.each([
    '(a+)+b',
    '(a*)*b',
    '(?:a|a)*b',
    '(?:a|aa)+b',
    '(?:a?)*b',
    '(?:a?){30}a',
    '(?:a|a){30}b',
    '(?:a{1,9}){9}b',
    '((ab?))+c',
    '(?=(a+)+b)a',
    '(?<!(a|a)+)b',
    `${'(a|a)'.repeat(30)}b`,
    `${'a?'.repeat(30)}${'a'.repeat(30)}`,
    'a*a*a*b',
    'a+(?:a*|b)a+c',
    '(a)\\1+',
    '(?<x>a)\\k<x>',
    '(?<x>a)\\g<x>',
    'a**',
    'a+*',
    'a{2}{3}',
    '+a',
    '(a',
    'a)',
    '[a',
    'a\\',
    '(?x)a*a*a*',
    `${'('.repeat(60)}a${')'.repeat(60)}`,
    'a'.repeat(20_001),
  ])('%.40s', (pattern) => expect(isSafe(pattern)).toBe(false))

  test('limits, at their edges', () => {
    expect([isSafe('a*b*c'), isSafe('a*b*c*')]).toEqual([true, false])
    expect([isSafe('(?:a*|b*)c*'), isSafe('(?:a*|b*)c*d{1,}')]).toEqual([true, false])
    expect([isSafe('a{0,999}'), isSafe('a{0,1000}b*c*')]).toEqual([true, false])
    expect([isSafe('a?'.repeat(9)), isSafe('a?'.repeat(10))]).toEqual([true, false])
    expect([isSafe('a'.repeat(20_000)), isSafe(`${'('.repeat(50)}a${')'.repeat(50)}`)]).toEqual([true, true])
    expect([isSafe('(?:ab){3}'), isSafe('(?:ab)+'), isSafe('(?:ab){2,4}c*')]).toEqual([true, true, true])
    // at least one is one way fewer
    expect([isSafe(`a+b+${'c?'.repeat(9)}`), isSafe('(?:ab)?c*'), isSafe('(?:a*)?c*d*')]).toEqual([
      true,
      true,
      false,
    ])
    expect([isSafe('(?:a*b*)+'), isSafe('(?:a|b){1}'), isSafe('(?:a|b){2}')]).toEqual([false, true, false])
    expect([isSafe('a{1}b*c*'), isSafe('a{0,1}b*c*'), isSafe(`${'a{1}'.repeat(30)}`)]).toEqual([
      true,
      true,
      true,
    ])
    expect([
      isSafe('[\\]]+b*'),
      isSafe('[\\]]+b*c*'),
      isSafe('[[a]]*b*c'),
      isSafe('[a\\'),
      isSafe('[a\\]'),
    ]).toEqual([true, false, true, false, false])
    expect([isSafe('[^[a]'), isSafe('[]'), isSafe('[^]'), isSafe('[^]]')]).toEqual([
      false,
      false,
      false,
      true,
    ])
    expect([isSafe('a{,3}b*c*'), isSafe('a{3}b*c*'), isSafe('a{3,}b*c*')]).toEqual([true, true, false])
  })
})

describe('a tokenizer.json', () => {
  const split = (pattern: object) => ({ pre_tokenizer: { type: 'Split', pattern, behavior: 'Isolated' } })
  const replace = (content: string) => ({ type: 'Replace', pattern: { String: 'a' }, content })

  test('without patterns, with safe ones, with texts that look like unsafe ones', () => {
    expect(unsafePattern({})).toBeUndefined()
    expect(unsafePattern({ ...split({ Regex: 'a+' }), normalizer: null })).toBeUndefined()
    expect(unsafePattern(split({ String: '(a+)+' }))).toBeUndefined()
  })
  test.each(['normalizer', 'pre_tokenizer', 'post_processor', 'decoder'])(
    'with an unsafe one in its %s',
    (step) => {
      const deep = { type: 'Sequence', steps: [{ type: 'x' }, [{ pattern: { Regex: '(a+)+b' } }]] }
      expect(unsafePattern({ [step]: deep })).toBe('the pattern "(a+)+b" may take for ever')
    },
  )
  test('whose replacements blow a text up', () => {
    const some = (count: number) => ({ normalizer: { normalizers: Array(count).fill(replace('aa')) } })
    expect(unsafePattern(some(13))).toBeUndefined()
    expect(unsafePattern(some(14))).toContain('a letter 16384 letters')
    for (const pattern of [{ String: '' }, { Regex: 'b?' }]) {
      const between = (count: number) => ({ decoder: Array(count).fill({ pattern, content: 'x' }) })
      expect(unsafePattern(between(13))).toBeUndefined()
      expect(unsafePattern(between(14))).toContain('a letter 16384 letters')
    }
    expect(unsafePattern({ normalizer: replace('') })).toBeUndefined()
    for (const content of ['$`', "x$'"])
      expect(unsafePattern({ decoder: replace(content) })).toContain('repeats the text')
  })
  test('that nests deep, or is of other kinds', () => {
    let deep: unknown = { Regex: '(a+)+b' }
    for (let depth = 0; depth < 100_000; depth++) deep = [deep]
    expect(unsafePattern({ normalizer: deep })).toContain('for ever')
    expect(unsafePattern({ normalizer: 5, decoder: [null, 'x', { Regex: 7 }] })).toBeUndefined()
  })
})
