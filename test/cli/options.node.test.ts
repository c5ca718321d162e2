/** Options of the command: what the library advises exists here, and what is unknown is rejected. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Arguments, readArguments } from '../../cli/parsing/arguments.ts'
import { inOptions } from '../../cli/wording.ts'
import type { RowspaceError } from '../../src/core/errors.ts'
import { parseTerms } from '../../src/table/parse-expression.ts'
import { folder, rowspace, rowspaceWith } from './command.ts'

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder(), name)
  writeFileSync(path, content)
  return path
}

const grammar = {
  name: 'nearest',
  operands: ['<table>'],
  options: { k: { value: 'N', help: '' }, metric: { value: 'NAME', help: '' }, Upper: { help: '' } },
}

function rejection(...words: string[]): string {
  try {
    readArguments(words, grammar)
  } catch (error) {
    expect((error as RowspaceError).code).toBe('INVALID_ARGUMENT')
    return (error as RowspaceError).message
  }
  return expect.fail('should have been rejected')
}

describe('unknown options', () => {
  test.each([
    [['t', '--metrc', 'dot'], 'no option --metrc; did you mean --metric?'],
    [['t', '--metrc=dot'], 'no option --metrc; did you mean --metric?'],
    [['t', '-metric', 'dot'], 'no option -m; did you mean --metric?'],
    [['t', '-K', '5'], 'no option -K; did you mean -k?'],
    [['t', '-Q'], 'no option -Q; did you mean -q?'],
    [['t', '--QUIET'], 'no option --QUIET; did you mean --quiet?'],
    [
      ['t', '-x'],
      'no option -x; there are -k, --metric, --Upper, --json, --quiet, -q, --help, -h; an argument',
    ],
    [['t', '--zzzzzz'], 'no option --zzzzzz; there are -k,'],
    [['t', '-5'], 'no option -5; an argument that starts with a minus goes behind "--"'],
  ])('%j', (words, message) => {
    expect(rejection(...words)).toContain(message)
  })

  test('are named shortened, with values that are long too', () => {
    const long = 'x'.repeat(100_000)
    for (const words of [[`--${long}`], ['t', long], ['t', `--json=${long}`]]) {
      expect(rejection(...words).length).toBeLessThan(600)
    }
  })
})

describe('values', () => {
  const args = (name: string, value: string) => new Arguments([], new Map([[name, value]]))
  const codeOf = (call: () => unknown) => {
    try {
      return call()
    } catch (error) {
      return (error as RowspaceError).code
    }
  }
  test.each<[string, number, unknown]>([
    ['0', 0, 0],
    ['0', 1, 'INVALID_K'],
    ['1', 1, 1],
    ['+7', 0, 7],
    ['-1', 0, 'INVALID_K'],
    ['-1', -1, -1],
    ['9007199254740991', 0, 9007199254740991],
    ['9007199254740992', 0, 'INVALID_K'],
    ['0x10', 0, 'INVALID_K'],
    ['1_0', 0, 'INVALID_K'],
    [' 1', 0, 'INVALID_K'],
  ])('-k %j from %i up: %s', (value, min, expected) => {
    expect(codeOf(() => args('k', value).count('k', 10, min))).toBe(expected)
  })
  test('the standard where none is given, and another code for other options', () => {
    expect(new Arguments([], new Map()).count('k', 10)).toBe(10)
    expect(codeOf(() => args('seed', 'x').count('seed', 1))).toBe('INVALID_ARGUMENT')
    expect(new Arguments([], new Map()).choice('metric', ['cosine', 'dot'], 'cosine')).toBe('cosine')
    expect(args('metric', 'dot').choice('metric', ['cosine', 'dot'], 'cosine')).toBe('dot')
    expect(codeOf(() => args('metric', 'Dot').choice('metric', ['cosine', 'dot'], 'cosine'))).toBe(
      'INVALID_ARGUMENT',
    )
  })
  test('an error says what is expected, and what is near', () => {
    const message = (call: () => unknown) => {
      try {
        return call()
      } catch (error) {
        return (error as RowspaceError).message
      }
    }
    expect(message(() => args('seed', 'x').count('seed', 1, Number.MIN_SAFE_INTEGER))).toBe(
      '--seed must be an integer; got "x".',
    )
    expect(message(() => args('k', 'x').count('k', 1))).toBe('-k must be an integer ≥ 0; got "x".')
    const choice = (value: string) => args('metric', value).choice('metric', ['cosine', 'dot'], 'dot')
    expect(message(() => choice('dott'))).toBe(
      '--metric must be cosine or dot; got "dott"; did you mean dot?',
    )
    expect(message(() => choice('xyzzy'))).toBe('--metric must be cosine or dot; got "xyzzy".')
  })
  test('of an option that is given twice: the last one, and all of them by texts', () => {
    const read = readArguments(['t', '-k', '1', '-k', '2'], grammar)
    expect(read.text('k')).toBe('2')
    expect(read.texts('k')).toEqual(['1', '2'])
    expect(read.operands).toEqual(['t'])
  })
})

describe('what the library advises', () => {
  const bad = () =>
    file(
      'words.txt',
      Buffer.concat([Buffer.from('2 2\n'), Buffer.from([0xff]), Buffer.from(' 1 0\nb 0 1\n')]),
    )

  test('--encoding-errors is named, and works', () => {
    const path = bad()
    const { stderr, code } = rowspace('nearest', path, 'b')
    expect(code).toBe(2)
    expect(stderr).toContain(
      '--encoding latin1 if that is what it is, or --encoding-errors replace (or ignore)',
    )
    for (const [mode, token] of [
      ['replace', '\ufffd'],
      ['ignore', ''],
    ] as const) {
      const { stdout } = rowspace('nearest', path, 'b', '--encoding-errors', mode, '--json')
      expect(JSON.parse(stdout).matches[0].token).toBe(token)
    }
    const latin = rowspace('nearest', path, 'b', '--encoding', 'latin1', '--json')
    expect(JSON.parse(latin.stdout).matches[0].token).toBe('ÿ')
    expect(rowspace('nearest', path, 'b', '--encoding-errors', 'replac').stderr).toContain(
      'did you mean replace?',
    )
  })

  test('--non-finite is named, and works', () => {
    const path = file('nan.txt', '3 2\na 1 0\nb nan 1\nc 1 1\n')
    const { stderr, code } = rowspace('nearest', path, 'a')
    expect(code).toBe(2)
    expect(stderr).toContain('--non-finite skip leaves such rows out')
    const skipped = rowspace('nearest', path, 'a', '--non-finite', 'skip', '--json')
    expect(JSON.parse(skipped.stdout).matches.map(({ token }: { token: string }) => token)).toEqual(['c'])
    expect(skipped.stderr).toMatch(/1 rows? (is|are) not finite and (was|were) left out/)
  })

  test.each([
    ['take another name, or replace it (overwrite: true)', 'take another name, or replace it (--overwrite)'],
    ['Upload it again with overwrite.', 'Push it again with --overwrite.'],
    ['Upload the table again with overwrite.', 'Push the table again with --overwrite.'],
    [
      "each shard (servers: ['http://host:8123', …])",
      'each shard (--server http://host:8123, once for each)',
    ],
    ['nothing of the kind', 'nothing of the kind'],
  ])('%s', (library, command) => {
    expect(inOptions(library)).toBe(command)
  })
})

describe('the cache', () => {
  test.each([
    [['cache', 'ls', 'gpt2'], /a model is named hf:owner\/name/],
    [['cache', 'ls', '--all'], /--all is for cache rm/],
    [['cache', 'rm', 'hf:a/b', '--all'], /either a model or --all/],
    [['cache', 'rm', 'hf:a/b@v1'], /cleared by model.*hf:a\/b\./],
    [['cache', 'rm', 'hf:a/b@main'], /cleared by model.*hf:a\/b\./],
    [['cache', 'rm', 'hf:a/b/c.gguf'], /cleared by model.*hf:a\/b\./],
  ])('%j is rejected', (args, message) => {
    const { stderr, code } = rowspaceWith({ ROWSPACE_CACHE: folder() }, ...args)
    expect({ stderr, code }).toEqual({ code: 2, stderr: expect.stringMatching(message) })
  })
})

describe('exit codes', () => {
  test('0 for answers, help and the version; 2 for what could be typed otherwise; 1 for the network', () => {
    const environment = { ROWSPACE_CACHE: folder(), HF_ENDPOINT: 'http://127.0.0.1:9' }
    for (const [code, ...args] of [
      [0, '--version'],
      [0, '--help'],
      [0, 'help', 'nearest'],
      [0, 'nearest', '--help'],
      [0, 'cache', 'ls'],
      [2, 'nothing'],
      [2, 'nearest', 'default', 'king', '--nothing'],
      [2, 'nearest', 'default', 'qwzxzx'],
      [2, 'nearest', 'hf:a/b', 'king', '--offline'],
      [1, 'nearest', 'hf:a/b', 'king'],
    ] as const) {
      expect([args, rowspaceWith(environment, ...args).code]).toEqual([args, code])
    }
  })
})

test('reading a number in an expression takes time that is linear in its digits', () => {
  const read = (text: string) => parseTerms(text)
  // the pattern that was used before: it tries every way to share the digits out
  const quadratic = (text: string) => /((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*\*\s*/iy.exec(text.slice(4))
  const growth = (run: (text: string) => unknown, digits: number) => {
    const time = (count: number) => {
      const text = `w - ${'1'.repeat(count)}`
      const start = performance.now()
      run(text)
      return performance.now() - start
    }
    const fastest = (count: number) => Math.min(...Array.from({ length: 5 }, () => time(count)))
    return fastest(4 * digits) / Math.max(0.05, fastest(digits))
  }
  expect(growth(quadratic, 4_000)).toBeGreaterThan(10)
  expect(growth(read, 20_000)).toBeLessThan(10)
})
