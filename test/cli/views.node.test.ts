/** How answers are written: figures, tokens, columns, and one line of whatever a file holds. */
import { describe, expect, test, vi } from 'vitest'
import { columns, displayWidth, facts, note, oneLine } from '../../cli/output.ts'
import { column, cosine, norm, token } from '../../cli/views/figures.ts'
import { answerWithMatches, matchRows } from '../../cli/views/matches.ts'
import { bytes, count, duration, percent, rounded } from '../../data/figures.ts'

describe('figures', () => {
  test.each<[string, (value: number) => string, [number, string][]]>([
    [
      'bytes',
      bytes,
      [
        [0, '0 bytes'],
        [999, '999 bytes'],
        [1000, '1.00 kB'],
        [9_994, '9.99 kB'],
        [9_995, '10.0 kB'],
        [77_150_000, '77.2 MB'],
        [99_940, '99.9 kB'],
        [99_960, '100 kB'],
        [999_400, '999 kB'],
        [999_500, '1.00 MB'],
        [1.5e12, '1.50 TB'],
        [4e15, '4000 TB'],
      ],
    ],
    [
      'percent',
      percent,
      [
        [0, '0.0 %'],
        [0.00135, '0.14 %'],
        [0.01, '1.0 %'],
        [0.31017, '31.0 %'],
        [1, '100.0 %'],
      ],
    ],
    [
      'rounded',
      rounded,
      [
        [999_999, '999,999'],
        [1_000_000, '1.0M'],
        [38_597_376, '38.6M'],
        [999_949_999, '999.9M'],
        [999_950_000, '1.00B'],
        [8_019_808_256, '8.02B'],
        [685_396_921_376, '685B'],
      ],
    ],
    [
      'duration',
      duration,
      [
        [0.0424, '0.042 ms'],
        [0.1, '0.10 ms'],
        [9.99, '9.99 ms'],
        [10, '10.0 ms'],
        [99.9, '99.9 ms'],
        [100, '100 ms'],
        [999.4, '999 ms'],
        [999.5, '1.0 s'],
        [1234, '1.2 s'],
      ],
    ],
    ['count', count, [[1_234_567, '1,234,567']]],
    ['cosine', cosine, [[0.78391, '0.7839']]],
  ])('%s', (_, format, cases) => {
    expect(cases.map(([value]) => format(value))).toEqual(cases.map(([, text]) => text))
  })

  test.each<[number[], number, string]>([
    [[29.9069, -3], -3, '-3.000'],
    [[-312.5, 1], 1, '1.00'],
    [[123_456.7], 123_456.7, '123457'],
    [[9.99, Number.NaN, Number.POSITIVE_INFINITY], 1, '1.0000'],
    [[10], 10, '10.000'],
    [[0], 0, '0.0000'],
    [[], 1, '1.0000'],
    [[0.000_9], 0.000_9, '9.0000e-4'],
    [[0.001], 0.001, '0.0010'],
    [[1e9], 1, '1.0000e+0'],
    [[999_999_999], 1, '1'],
  ])('a column of %j writes %d as %s', (values, value, text) => {
    expect(column(values)(value)).toBe(text)
  })

  test.each([
    [undefined, '–'],
    ['king', 'king'],
    ['naïve', 'naïve'],
    ['"', '"\\""'],
    ['say"', 'say"'],
    [' king', '" king"'],
    ['', '""'],
    ['a\u2028b', '"a\\u2028b"'],
    ['\u{e0001}', '"\\udb40\\udc01"'],
    ['\u200b', '"\\u200b"'],
  ])('the token %j is %s', (text, shown) => {
    expect(token(text)).toBe(shown)
  })

  test('a norm', () => expect(norm(Float32Array.of(3, -4))).toBe(5))
})

describe('columns', () => {
  test('are aligned, with two spaces between and before; lines end without spaces', () => {
    expect(columns('lr', ['word', 'n'], [['a', '10'], ['long word', '9'], ['b']])).toBe(
      ['  word        n', '  a          10', '  long word   9', '  b'].join('\n'),
    )
    expect(columns('ll', undefined, [['a', 'b']], '>')).toBe('>a  b')
    expect(facts([['format', 'npy']])).toBe('  format  npy')
  })

  test.each([
    ['king', 4],
    ['', 0],
    ['\x1b[1mking\x1b[22m', 4],
    ['e\u0301', 1],
    ['\u0301', 0],
    ['\u200b', 0],
    ['–', 1],
    ['日本', 4],
    ['ｱ', 1],
    ['Ａ', 2],
    ['한', 2],
    ['𠀀', 2],
    ['😀', 2],
    ['❤\ufe0f', 2],
    ['❤', 1],
  ])('%j takes %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width)
  })

  test('whatever a text holds stays one line, and a note says whose it is', () => {
    expect(oneLine('a\nb\tc\x1b[2Jd\u2028e')).toBe('a\\nb\\tc\\u001b[2Jd?e')
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true)
    try {
      note('one\ntwo')
      expect(write.mock.calls).toEqual([['rowspace: one\\ntwo\n']])
    } finally {
      write.mockRestore()
    }
  })
})

describe('matches', () => {
  const match = (id: number, name: string | undefined, dot = 1.5) => ({ id, token: name, cosine: 0.5, dot })
  const answered = {
    query: 'nearest to a',
    name: 'table.bin',
    table: { size: 1234, dimension: 3 },
    metric: 'dot',
    k: 2,
    milliseconds: 0.25,
  } as const

  test('as text: the query, the table, its shape, the metric, the time, then the rows', () => {
    const answer = answerWithMatches({ ...answered, matches: [match(7, 'b', 12.5), match(8, undefined)] })
    expect(answer.text().split('\n')).toEqual([
      'nearest to a  table.bin, 1,234 x 3, by dot, 0.25 ms',
      '  token  cosine     dot  id',
      '  b      0.5000  12.500   7',
      '  –      0.5000   1.500   8',
    ])
    expect(answer.document).toEqual({
      table: 'table.bin',
      metric: 'dot',
      k: 2,
      matches: [
        { id: 7, token: 'b', cosine: 0.5, dot: 12.5 },
        { id: 8, token: null, cosine: 0.5, dot: 1.5 },
      ],
    })
  })

  test('baselines come below, with their own line, and in the document', () => {
    const answer = answerWithMatches({
      ...answered,
      matches: [match(1, 'b')],
      baselines: [match(2, 'c', 100)],
    })
    expect(answer.text().split('\n').slice(2)).toEqual([
      '  b           0.5000    1.50   1',
      '  at random:',
      '  c           0.5000  100.00   2',
    ])
    expect(answer.document).toMatchObject({ baselines: [{ id: 2, token: 'c' }] })
  })

  test('no rows are said to be none; baselines alone are shown', () => {
    expect(matchRows([], undefined, 'cosine')).toBe('no rows')
    expect(matchRows([], [], 'cosine')).toBe('no rows')
    expect(matchRows([], [match(2, 'c')], 'cosine', '')).toContain('\nat random:\nc ')
  })
})
