/** Names and tokens with any text in them, and statements that are larger than the engine's own limits. */

import { describe, expect, test } from 'vitest'
import { uploadTable } from '../../../src/clickhouse.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { makeTable } from '../../oracle/tables.ts'
import { expectSame } from '../../table/async-table.ts'
import { findClickHouse } from '../servers.ts'
import { errorOf, onServers, openUploaded } from '../shards.ts'
import { useThreeShards } from './three-shards.ts'

describe.skipIf(findClickHouse() === undefined)('three shards', () => {
  const shards = useThreeShards()
  const { on, command } = shards

  test('names with quotes, dots and SQL in them are names and nothing else', async () => {
    await command('CREATE DATABASE `a.b``c`').catch(() => command('CREATE DATABASE `a.b\\`c`'))
    for (const table of [
      'quote\'s "and" `ticks`',
      'dots.and\\slashes',
      'x; DROP TABLE y --',
      "'); DROP DATABASE default",
      '表 🗼',
    ]) {
      const at = { ...on(table), database: 'a.b`c' }
      await uploadTable(shards.local, { ...at, cluster: undefined, servers: undefined })
      const cluster = await openUploaded(at)
      expectSame(await cluster.nearest(3), shards.local.nearest(3))
      await cluster.close()
    }
    for (const name of ['', 'a\nb', 'a\0b', 'x'.repeat(200), '\ud800']) {
      expect((await errorOf(openUploaded({ ...on(name) }))).code).toBe('INVALID_ARGUMENT')
    }
    for (const column of ['a.b', 'a`b', "a'b", '', 'a\\']) {
      const error = await errorOf(
        uploadTable(shards.local, { ...on('columns'), columns: { [column]: 'number' } }),
      )
      expect(error.code).toBe('INVALID_ARGUMENT')
    }
  }, 60_000)

  test('tokens of every Unicode character come back as they were', async () => {
    const characters = Array.from({ length: 0x10ffff + 1 }, (_, code) => code)
      .filter((code) => code < 0xd800 || code > 0xdfff)
      .filter((code) => code < 0x3000 || code % 97 === 0)
    const tokens = [
      ...characters.map((code) => String.fromCodePoint(code)),
      '\ufeffmark',
      "'",
      '\\',
      "\\'",
      '',
      '\t\n\0',
      "x' OR 1=1 --",
    ]
    const unique = [...new Set(tokens)]
    const table = await EmbeddingTable.from(makeTable(unique.length, 2, 'plain', 3).flat, {
      dimension: 2,
      tokens: unique,
    })
    const at = onServers(shards.urls, 'unicode', 'three')
    await uploadTable(table, at)
    const cluster = await openUploaded(at)
    const found = await cluster.tokenIds(unique)
    expect(unique.filter((token, id) => found.get(token) !== id)).toEqual([])
    const odd = ['\0', '\ufeffmark', "\\'", '', "x' OR 1=1 --", '\u{1f3f4}']
    for (const token of odd.filter((token) => unique.includes(token))) {
      expect(await cluster.token(table.id(token))).toBe(token)
    }
    expect((await errorOf(cluster.id('\ud800'))).code).toBe('UNKNOWN_TOKEN')
    await cluster.close()
    const broken = await EmbeddingTable.from([1], { dimension: 1, tokens: ['\udc00'] })
    expect((await errorOf(uploadTable(broken, on('half')))).code).toBe('INVALID_ENCODING')
  }, 60_000)

  test('wider than max_query_size, and more memory than there is', async () => {
    const dimension = 30_000
    const wide = await EmbeddingTable.from(makeTable(12, dimension, 'plain', 5).flat, { dimension })
    const at = onServers(shards.urls, 'wide', 'three')
    await uploadTable(wide, { ...at, rowsAtOnce: 4 })
    for (const kernel of ['codes', 'arrays'] as const) {
      const cluster = await openUploaded({ ...at, kernel })
      expectSame(await cluster.nearest(3), wide.nearest(3))
      const [first, second] = await cluster.nearestBatch([3, 7])
      expectSame(first!, wide.nearest(3))
      expectSame(second!, wide.nearest(7))
      await cluster.close()
    }
    const error = await errorOf(openUploaded({ ...at, settings: { max_memory_usage: 1_000 } }))
    expect(error.code).toBe('OUT_OF_MEMORY')
    expect(error.message).toContain('raise max_memory_usage')
  }, 60_000)
})
