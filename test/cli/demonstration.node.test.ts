/** The demonstration and the help as text, line by line, from what is to be shown. */
import { describe, expect, test } from 'vitest'
import { foundRows } from '../../cli/commands/lookup.ts'
import { formatDemonstration } from '../../cli/views/demonstration.ts'
import { commandHelp, generalHelp } from '../../cli/views/help.ts'
import type { Demonstration, Found } from '../../cli/views/shown.ts'

const match = (token: string, cosine: number, dot = 1) => ({ id: 0, token, cosine, dot })
const found = (text: string, id: number | undefined, ...row: number[]): Found => ({
  text,
  id,
  row: id === undefined ? undefined : Float32Array.from(row),
})

const shown: Demonstration = {
  size: 1234,
  dimension: 3,
  milliseconds: 12.3,
  sentence: {
    text: 'the cat the xyzzy xyzzy dog',
    found: [
      found('the', 0, 3, 4, 0),
      found('cat', 7, 1, 0, 0),
      found('the', 0, 3, 4, 0),
      found('xyzzy', undefined),
      found('xyzzy', undefined),
      found('cat', 7, 1, 0, 1),
    ],
  },
  neighbours: {
    word: 'tea',
    milliseconds: 1.5,
    matches: [match('one', 1), match('half', 0.5), match('part', 0.26), match('none', -0.2)],
  },
  analogy: {
    matches: [match('queen', 0.75, 12), match('prince', 0.5, 8)],
    milliseconds: 2.5,
    unrelated: [match('far', 0.125, 3), match('away', 0, 1)],
    random: [match('any', 0.25, 2), match('thing', 0.1, 1)],
    seed: 9,
  },
  measures: {
    cosine: { matches: [match('rome', 0.8, 20), match('milan', 0.7, 30)], milliseconds: 3 },
    dot: { matches: [match('milan', 0.7, 30), match('rome', 0.8, 20)], milliseconds: 4 },
    first: [
      { token: 'rome', norm: 1.234 },
      { token: 'milan', norm: 5 },
    ],
  },
}

test('the demonstration', () => {
  expect(formatDemonstration(shown).split('\n')).toMatchInlineSnapshot(`
    [
      "",
      "  rowspace  A table E has one row of numbers for every token it knows: |V| x d.",
      "            This one is 1,234 words x 3 numbers, real vectors of GloVe 6B,",
      "            opened in 12.3 ms. It was never taught what a word means.",
      "",
      "  1  Look a sentence up  x_i = E[t_i]",
      "",
      "     token  id   ‖x_i‖     x_i",
      "     the     0  5.0000  3.0000  4.0000  0.0000",
      "     cat     7  1.0000  1.0000  0.0000  0.0000",
      "     the     0  5.0000  3.0000  4.0000  0.0000",
      "     xyzzy   –                                  not in the table",
      "     xyzzy   –                                  not in the table",
      "     cat     7  1.4142  1.0000  0.0000  1.0000",
      "",
      "     "the" came twice: the same id 0, the same row to the bit. A lookup knows no context.",
      "     "cat" came twice: the same id 7, another row!",
      "",
      "  2  What is near "tea"?  all 1,234 rows compared in 1.50 ms",
      "",
      "     one    1.0000  ████████████████████████████████",
      "     half   0.5000  ████████████████",
      "     part   0.2600  ████████▍",
      "     none  -0.2000",
      "",
      "  3  king − man + woman = ?  all 1,234 rows compared in 2.50 ms",
      "",
      "             cosine     dot",
      "     queen   0.7500  12.000  ████████████████████████",
      "     prince  0.5000   8.000  ████████████████",
      "",
      "     far     0.1250   3.000  ████  unrelated words",
      "     away    0.0000   1.000",
      "     any     0.2500   2.000  ████████  drawn at random, seed 9",
      "     thing   0.1000   1.000  ███▎",
      "",
      "     The three words of the query are left out. The grey rows show what chance looks like.",
      "",
      "  4  paris − france + italy = ?  all 1,234 rows compared in 3.00 ms, then 4.00 ms",
      "",
      "     by cosine                by dot",
      "     rome       0.8000        milan   30.000",
      "     milan      0.7000        rome    20.000",
      "",
      "     Cosine compares directions alone; dot also favours long rows, so the two may disagree:",
      "     ‖rome‖ = 1.23, ‖milan‖ = 5.00.",
      "",
      "  Your turn",
      "",
      "     npx rowspace nearest default jazz                      any of these words",
      "     npx rowspace analogy default "tokyo - japan + france"  any sum",
      "     npx rowspace inspect vectors.bin                       a table of your own",
      "     npx rowspace --help                                    everything else",
      "",
    ]
  `)
})

describe('help', () => {
  const command = {
    name: 'cut',
    summary: 'cut a table',
    operands: ['<table>', '[place]'],
    options: { n: { short: 'n', value: 'N', help: 'how many' }, all: { short: 'a', help: 'all of them' } },
    examples: ['rowspace cut default', 'rowspace cut default -n 2'],
    run: () => expect.fail('help runs nothing'),
  }

  test('of a command: usage, summary, its options before those of all, notes where there are any, examples', () => {
    expect(commandHelp(command).split('\n')).toMatchInlineSnapshot(`
      [
        "rowspace cut <table> [place] [options]",
        "cut a table",
        "",
        "  -n N         how many",
        "  -a, --all    all of them",
        "  --json       one JSON document on stdout and nothing else",
        "  -q, --quiet  no progress on stderr",
        "  -h, --help   this help",
        "",
        "  rowspace cut default",
        "  rowspace cut default -n 2",
      ]
    `)
    expect(
      commandHelp({ ...command, notes: ['A note.', 'Another.'] })
        .split('\n')
        .slice(-6),
    ).toEqual(['', 'A note.', 'Another.', '', '  rowspace cut default', '  rowspace cut default -n 2'])
  })

  test('of all: every command with its summary, and the common options', () => {
    expect(
      generalHelp([command, { ...command, name: 'go', operands: [] }], '1.2.3').split('\n'),
    ).toMatchInlineSnapshot(`
        [
          "rowspace 1.2.3  look up, compare and add rows of embedding tables",
          "",
          "  rowspace                      a demonstration, on the table that comes with it",
          "  rowspace cut <table> [place]  cut a table",
          "  rowspace go                   cut a table",
          "",
          "<table> is a path, a URL, a model (hf:owner/name[@revision][/file]),",
          "or \`default\`: 20,000 words of GloVe 6B.",
          "nearest, analogy, lookup and inspect take a table on ClickHouse too:",
          "clickhouse://host:port/database/table.",
          "The format is recognised by content: safetensors, GGUF, npy with words beside it,",
          "word2vec text and binary, GloVe text, raw float32 with words.json.",
          "",
          "  --json         one JSON document on stdout and nothing else",
          "  -q, --quiet    no progress on stderr",
          "  -h, --help     this help",
          "  -V, --version  the version",
          "",
          "More about a command: rowspace nearest --help",
        ]
      `)
  })
})

test('rows of a text of which no token is in the table have no numbers', () => {
  expect(foundRows([found('a', undefined)], 4)).toBe(
    '  token  id  ‖x_i‖\n  a       –         not in the table',
  )
})
