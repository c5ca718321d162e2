/**
 * What goes wrong on servers ends in an error that names the server, the table and the remedy, and in nothing
 * lost or twice.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { uploadTable } from '../../../src/clickhouse.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { makeTable } from '../../oracle/tables.ts'
import { expectSame } from '../../table/async-table.ts'
import { findClickHouse } from '../servers.ts'
import { errorOf, openUploaded } from '../shards.ts'
import { DIMENSION, SIZE, useThreeShards } from './three-shards.ts'

describe.skipIf(findClickHouse() === undefined)('three shards', () => {
  const shards = useThreeShards()
  const { on, command } = shards

  test('a server that is absent, a wrong password, database, table, cluster', async () => {
    const at = on('absent')
    const gone = await errorOf(openUploaded({ ...at, url: 'http://127.0.0.1:9' }))
    expect(gone).toMatchObject({ code: 'IO', details: { reason: 'NETWORK' } })
    expect(gone.message).toMatch(
      /http:\/\/127\.0\.0\.1:9, table default\.absent: the server cannot be reached/,
    )
    const wrong = await errorOf(openUploaded({ ...at, password: 'another' }))
    expect(wrong.code).toBe('ACCESS_DENIED')
    expect(wrong.message).toMatch(/user or password is wrong/)
    expect(wrong.message).not.toContain('another')
    const database = await errorOf(openUploaded({ ...at, database: 'elsewhere' }))
    expect(database).toMatchObject({ code: 'NOT_FOUND' })
    expect(database.message).toContain('there is no database "elsewhere"')
    expect((await errorOf(uploadTable(shards.local, { ...at, database: 'elsewhere' }))).code).toBe(
      'NOT_FOUND',
    )
    expect((await errorOf(openUploaded(at))).message).toContain('Upload it first')
    const cluster = await errorOf(uploadTable(shards.local, { ...at, cluster: 'four' }))
    expect(cluster).toMatchObject({ code: 'NOT_FOUND' })
    expect(cluster.message).toContain('"three"')
    const keeper = await errorOf(uploadTable(shards.local, { ...at, servers: undefined }))
    expect(keeper.code).toBe('UNSUPPORTED')
    expect(keeper.message).toContain('Give the HTTP address of each shard')
  })

  test('a shard killed: no answer without it, and the same answers when it is back', async () => {
    const at = on('killed')
    await uploadTable(shards.local, at)
    const cluster = await openUploaded(at)
    const expected = shards.local.nearest(3)
    expectSame(await cluster.nearest(3), expected)
    await shards.servers[2]!.kill()
    const error = await errorOf(cluster.nearest(3))
    expect(error).toMatchObject({ code: 'IO', details: { server: shards.urls[0], table: 'default.killed' } })
    expect(error.message).toContain('a shard cannot be reached')
    expect((await errorOf(openUploaded(at))).code).toBe('IO')
    await shards.servers[2]!.start()
    expectSame(await cluster.nearest(3), expected)
    await cluster.close()
  }, 60_000)

  test('a shard killed while it answers', async () => {
    const at = on('killed while it answers')
    await uploadTable(shards.local, at)
    const cluster = await openUploaded(at)
    const queries = Array.from({ length: 96 }, (_, id) => id)
    const answer = errorOf(cluster.nearestBatch(queries, { metric: 'dot' }))
    await new Promise((resolve) => setTimeout(resolve, 150))
    await shards.servers[1]!.kill()
    expect((await answer).code).toBe('IO')
    await shards.servers[1]!.start()
    const expected = shards.local.nearestBatch(queries, { metric: 'dot' })
    for (const [index, answer] of (await cluster.nearestBatch(queries, { metric: 'dot' })).entries()) {
      expectSame(answer, expected[index]!)
    }
    await cluster.close()
  }, 60_000)

  test.each([0, 1, 2])(
    'server %i killed in the middle of an upload: uploaded again, each row is there once',
    async (which) => {
      const at = on(`cut ${which}`)
      let killed: Promise<void> | undefined
      const error = await errorOf(
        uploadTable(shards.local, {
          ...at,
          onProgress: ({ done }) => {
            if (done >= 256) killed ??= shards.servers[which]!.kill()
          },
        }),
      )
      expect(error.code).toBe('IO')
      await killed
      if (which !== 0) expect((await errorOf(openUploaded(at))).code).toBe('TRUNCATED')
      await shards.servers[which]!.start()
      expect((await errorOf(openUploaded(at))).code).toBe('TRUNCATED')
      const { sent } = await uploadTable(shards.local, at)
      expect(sent).toBeGreaterThan(0)
      expect(sent).toBeLessThan(SIZE)
      expect((await uploadTable(shards.local, at)).sent).toBe(0)
      const counts = `SELECT count(), uniqExact(id) FROM default.\`cut ${which}\``
      expect(await shards.selectOne(counts)).toEqual([String(SIZE), String(SIZE)])
      const cluster = await openUploaded(at)
      expectSame(await cluster.nearest(5, { k: 50 }), shards.local.nearest(5, { k: 50 }))
      await cluster.close()
    },
    60_000,
  )

  test('an aborted upload continues where it was', async () => {
    const at = on('aborted')
    const controller = new AbortController()
    const reason = new Error('enough')
    const onProgress = ({ done }: { done: number }) => {
      if (done >= 512) controller.abort(reason)
    }
    await expect(uploadTable(shards.local, { ...at, signal: controller.signal, onProgress })).rejects.toBe(
      reason,
    )
    const { sent } = await uploadTable(shards.local, at)
    expect(sent).toBe(SIZE - 512)
  })

  test('rows that came twice or in part are found and sent anew', async () => {
    const at = on('twice')
    await uploadTable(shards.local, at)
    await command('DROP TABLE default.twice_complete')
    // a whole block, a single row
    await command('INSERT INTO default.twice SELECT * FROM default.twice WHERE id < 64 OR id = 200')
    await expect.poll(async () => (await errorOf(openUploaded(at))).code).toBe('TRUNCATED')
    await expect
      .poll(() => shards.selectOne('SELECT count() FROM default.twice'))
      .toEqual([String(SIZE + 65)])
    expect((await uploadTable(shards.local, at)).sent).toBe(SIZE)
    const cluster = await openUploaded(at)
    expectSame(await cluster.nearest(5), shards.local.nearest(5))
    await cluster.close()
  }, 30_000)

  test('rows that somebody else adds or takes away are noticed', async () => {
    const at = on('changed')
    await uploadTable(shards.local, at)
    const cluster = await openUploaded(at)
    await command('INSERT INTO default.changed_local SELECT * FROM default.changed_local WHERE id = 0')
    const error = await errorOf(cluster.nearest(3))
    expect(error.code).toBe('CHANGED')
    expect(error.message).toContain(`it has ${SIZE + 1} rows where ${SIZE} were uploaded`)
    expect((await errorOf(openUploaded(at))).code).toBe('CHANGED')
    await cluster.close()
  })

  test('NaN that somebody else put there is never in an answer', async () => {
    const at = { ...on('odd'), rowsAtOnce: SIZE }
    await uploadTable(shards.local, at)
    const cluster = await openUploaded({ ...at, kernel: 'arrays' })
    await command(
      'INSERT INTO default.odd_local ' +
        'SELECT id, token, arrayMap(x -> nan, row) AS row, codes, scale, norm, residual ' +
        'FROM default.odd_local WHERE id = 11',
    )
    // the row as it was is taken away, so that the count is right
    await command('CREATE TABLE default.copied AS default.odd_local ENGINE = Memory')
    await command(
      'INSERT INTO default.copied SELECT * FROM default.odd_local WHERE id != 11 OR isNaN(row[1])',
    )
    await command('ALTER TABLE default.odd_local DROP PARTITION 0')
    await command('INSERT INTO default.odd_local SELECT * FROM default.copied')
    const error = await errorOf(cluster.nearest(3))
    expect(error).toMatchObject({ code: 'NON_FINITE', details: { row: 11 } })
    await cluster.close()
  })

  test('another table of this name is left as it is', async () => {
    const at = on('taken')
    await uploadTable(shards.local, at)
    const other = await EmbeddingTable.from(makeTable(SIZE, DIMENSION, 'plain', 18).flat, {
      dimension: DIMENSION,
    })
    expect((await errorOf(uploadTable(other, at))).message).toContain('another table of this shape')
    const wide = await EmbeddingTable.from(makeTable(50, 7, 'plain', 1).flat, { dimension: 7 })
    const error = await errorOf(uploadTable(wide, at))
    expect(error.code).toBe('CONFLICT')
    expect(error.message).toMatch(/"size":900,"dimension":24.*"size":50,"dimension":7/)
    expect((await errorOf(uploadTable(shards.local, { ...at, columns: { year: 'number' } }))).code).toBe(
      'CONFLICT',
    )
    expect((await errorOf(openUploaded({ ...at, columns: { year: 'number' } }))).code).toBe(
      'INVALID_ARGUMENT',
    )
    await command('CREATE TABLE default.theirs (x UInt8) ENGINE = Memory')
    expect((await errorOf(uploadTable(shards.local, { ...at, table: 'theirs' }))).message).toContain(
      'a table that rowspace did not make',
    )
    expect((await uploadTable(shards.local, at)).sent).toBe(0)
    await uploadTable(wide, { ...at, overwrite: true })
    const cluster = await openUploaded(at)
    expect([cluster.size, cluster.dimension]).toEqual([50, 7])
    await cluster.close()
  }, 30_000)

  test('a table that a newer version made is rejected', async () => {
    const at = on('newer')
    await uploadTable(shards.local, at)
    await command('DROP TABLE default.newer_meta')
    await command('CREATE VIEW default.newer_meta AS SELECT toUInt32(2) AS version, 1 AS other')
    for (const promise of [openUploaded(at), uploadTable(shards.local, at)]) {
      const error = await errorOf(promise)
      expect(error.code).toBe('UNSUPPORTED')
      expect(error.message).toContain('Update rowspace')
    }
  })

  describe('a slow server', () => {
    beforeEach(async () => {
      await uploadTable(shards.local, on('slow'))
    })
    afterEach(() => shards.servers[1]!.resume())

    test('is given up after the time given, and the query is ended there', async () => {
      const cluster = await openUploaded({ ...on('slow'), timeoutMilliseconds: 1_500 })
      shards.servers[1]!.pause()
      const error = await errorOf(cluster.nearest(3))
      expect(error).toMatchObject({ code: 'IO', details: { reason: 'TIMEOUT' } })
      expect(error.message).toContain('Raise timeoutMilliseconds')
      shards.servers[1]!.resume()
      await expect.poll(running, { timeout: 10_000 }).toBe(0)
      await cluster.close()
    }, 30_000)

    test('a query that is aborted is ended there', async () => {
      const cluster = await openUploaded(on('slow'))
      shards.servers[1]!.pause()
      const reason = new Error('no longer wanted')
      const controller = new AbortController()
      const answer = cluster.nearest(3, { signal: controller.signal })
      setTimeout(() => controller.abort(reason), 300)
      await expect(answer).rejects.toBe(reason)
      shards.servers[1]!.resume()
      await expect.poll(running, { timeout: 10_000 }).toBe(0)
      await cluster.close()
    }, 30_000)

    /** Queries that the first server still works on. */
    async function running(): Promise<number> {
      const query =
        "SELECT count() FROM system.processes WHERE query LIKE '%AS query%' AND query NOT LIKE '%processes%'"
      return Number(await shards.selectOne(query))
    }
  })

  test('a server that is not ClickHouse', async () => {
    const server = createServer((_, response) => response.end('<html>hello</html>'))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const error = await errorOf(openUploaded({ ...on('page'), url }))
    expect(error.message).toContain(url)
    server.close()
    for (const bad of ['', 'ftp://host', 'host:8123']) {
      expect((await errorOf(openUploaded({ ...on('page'), url: bad }))).code).toBe('INVALID_ARGUMENT')
    }
  })
})
