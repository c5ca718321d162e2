/** From words of the command line to what they mean, without a process. */
import { describe, expect, test } from 'vitest'
import { didYouMean, readArguments } from '../../cli/parsing/arguments.ts'
import { isClusterName, parseClusterName, shownName } from '../../cli/parsing/clickhouse-address.ts'
import { readTransforms } from '../../cli/parsing/transforms.ts'
import type { RowspaceError } from '../../src/core/errors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    expect((error as RowspaceError).code).toBe('INVALID_ARGUMENT')
    return (error as RowspaceError).message
  }
  return expect.fail('should have been rejected')
}

describe('a table on ClickHouse', () => {
  const parse = (name: string, environment = {}) => parseClusterName(name, environment).connection

  test.each([
    ['clickhouse://host/db/t', 'http://host:8123'],
    ['clickhouse://host:9000/db/t', 'http://host:9000'],
    ['clickhouse://host/db/t?secure=1', 'https://host:8443'],
    ['clickhouse://host/db/t?secure=true', 'https://host:8443'],
    ['clickhouse://host/db/t?secure', 'https://host:8443'],
    ['clickhouse://host/db/t?secure=0', 'http://host:8123'],
    ['clickhouse://host:8443/db/t', 'https://host:8443'],
    ['clickhouse://host:9440/db/t?secure=1', 'https://host:9440'],
    ['clickhouse://host:80/db/t', 'http://host:80'],
    ['clickhouse://host:443/db/t?secure=1', 'https://host:443'],
    ['ClickHouse://[::1]:8123/db/t', 'http://[::1]:8123'],
  ])('%s is at %s', (name, url) => {
    expect(parse(name)).toEqual({ url, database: 'db', table: 't', username: undefined, password: undefined })
  })

  test('names are decoded; user and password come from the name, else from the environment', () => {
    const environment = { CLICKHOUSE_USER: 'eve', CLICKHOUSE_PASSWORD: 'secret' }
    expect(parse('clickhouse://host/my%20db/t%2F1', environment)).toMatchObject({
      database: 'my db',
      table: 't/1',
      username: 'eve',
      password: 'secret',
    })
    expect(parse('clickhouse://ann:pass%40word@host/db/t', environment)).toMatchObject({
      username: 'ann',
      password: 'pass@word',
    })
  })

  test('is shown without user, password and options', () => {
    const name = 'clickhouse://ann:hush@host:1/db/t?secure=1'
    expect(shownName(name)).toBe('clickhouse://host:1/db/t')
    expect(parseClusterName(name, {}).shown).toBe('clickhouse://host:1/db/t')
    expect(shownName('file?ann@x')).toBe('file?ann@x')
    expect(messageOf(() => parse('clickhouse://ann:hush@host/db'))).not.toContain('hush')
  })

  test.each([
    ['clickhouse://host/db', 'it has no database and table'],
    ['clickhouse://host//t', 'it has no database and table'],
    ['clickhouse://host/db/t/more', 'it has no database and table'],
    ['clickhouse://host/db/%ff', 'it has no database and table'],
    ['clickhouse://host/db/t?user=x', 'it has no option "user"'],
    ['clickhouse://host/db/t?secure=yes', 'secure must be 1 or 0'],
    ['clickhouse://%ff@host/db/t', 'its user or password is not percent-encoded'],
    ['clickhouse://ann:%ff@host/db/t', 'its user or password is not percent-encoded'],
    ['clickhouse:host/db/t', 'it is not an address'],
    ['clickhouse:///db/t', 'it is not an address'],
    ['clickhouse://ho st/db/t', 'it is not an address'],
  ])('%s: %s', (name, problem) => {
    const message = messageOf(() => parse(name))
    expect(message).toContain(`: ${problem}; a table on ClickHouse is named`)
    expect(message).toMatch(/\.$/)
  })

  test('is distinguished from files by its scheme', () => {
    expect(['clickhouse://x', 'CLICKHOUSE:x', 'clickhouse', './clickhouse:x'].map(isClusterName)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})

describe('transforms', () => {
  test('are read with their numbers, all of them by one word', () => {
    const names = (...words: string[]) => readTransforms(words).map(({ name }) => name)
    expect(names('mean', 'pca:50')).toEqual(['mean', 'pca:50'])
    expect(names('all')).toEqual(['mean', 'all-but-the-top', 'pca', 'whiten'])
    expect(names()).toEqual([])
  })

  test('keep as many columns as their number says, pca half of them without one', async () => {
    const rows = Float32Array.from({ length: 40 * 6 }, (_, i) => Math.sin(i * i))
    const table = await EmbeddingTable.from(rows, { dimension: 6 })
    const dimensions = []
    for (const { make } of readTransforms(['mean', 'pca', 'pca:2', 'whiten:4', 'all-but-the-top:2'])) {
      dimensions.push((await (await make(table)).apply(table)).dimension)
    }
    expect(dimensions).toEqual([6, 3, 2, 4, 6])
  })

  test.each([
    ['mean:3', '; did you mean mean?'],
    ['pcaa', '; did you mean pca?'],
    ['pca:', '.'],
    ['pca:x', '.'],
    ['constructor', '.'],
    ['', '.'],
  ])('%j is rejected', (name, end) => {
    const message = messageOf(() => readTransforms([name]))
    expect(message.endsWith(`got ${JSON.stringify(name)}${end}`)).toBe(true)
    expect(message).toContain('mean, all-but-the-top, pca, whiten or all')
  })
})

describe('a number of bytes', () => {
  const grammar = { operands: [], options: { memory: { value: 'SIZE', help: '' } }, name: 'nearest' }
  const parse = (size: string) => readArguments(['--memory', size], grammar).bytes('memory')

  test.each([
    ['4096', 4096],
    ['1kB', 1000],
    ['500MB', 500e6],
    ['500mb', 500e6],
    ['1GB', 1e9],
    ['1.5GiB', 1.5 * 2 ** 30],
    ['2 TiB', 2 * 2 ** 40],
    ['0.5KiB', 512],
  ])('%s is %i', (size, bytes) => {
    expect(parse(size)).toBe(bytes)
  })

  test.each([
    '',
    '0',
    '-1',
    '1e9',
    '1G',
    '0.1',
    '.5GB',
    'GB',
    '1 GB ',
    '1  GB',
    '5EB',
    'auto',
    '99999TB',
    '0x10',
  ])('%j is none', (size) => {
    expect(messageOf(() => parse(size))).toBe(
      `--memory must be a number of bytes, as 500MB, 1GB or 1.5GiB; got ${JSON.stringify(size)}.`,
    )
  })

  test('without one there is none', () => {
    expect(readArguments([], grammar).bytes('memory')).toBeUndefined()
  })
})

describe('the nearest known word', () => {
  test.each([
    ['neares', 'nearest'],
    ['NEAREST', 'nearest'],
    ['nerst', 'nearest'],
    ['nrst', undefined],
    ['pus', 'push'],
    ['pu', undefined],
    ['psuh', undefined],
    ['', undefined],
  ])('of %j is %s', (given, name) => {
    expect(didYouMean(given, ['analogy', 'nearest', 'push'])).toBe(
      name === undefined ? '' : `; did you mean ${name}?`,
    )
  })
})

describe('operands', () => {
  const read = (operands: string[], ...words: string[]) =>
    readArguments(words, { name: 'cmd', operands, options: {} }).operands

  test('may be optional, or as many as one likes', () => {
    expect(read(['<a>', '[b]'], 'x')).toEqual(['x'])
    expect(read(['<a>', '[b]'], 'x', 'y')).toEqual(['x', 'y'])
    expect(read(['<a>', '<b…>'], 'x', 'y', 'z')).toEqual(['x', 'y', 'z'])
    expect(read(['<a>'], '--', '-x')).toEqual(['-x'])
  })

  test('that are missing or too many are named, with the usage; help needs none', () => {
    expect(messageOf(() => read(['<a>', '<b>'], 'x'))).toBe('<b> is missing; usage: rowspace cmd <a> <b>.')
    expect(messageOf(() => read(['<a>'], 'x', 'y'))).toBe(
      '"y" is one argument too many; usage: rowspace cmd <a>.',
    )
    expect(messageOf(() => readArguments(['x'], { operands: [], options: {} }))).toBe(
      '"x" is one argument too many.',
    )
    expect(read(['<a>'], '--help')).toEqual([])
    expect(read(['<a>'], '-h', 'x', 'y')).toEqual(['x', 'y'])
  })
})
