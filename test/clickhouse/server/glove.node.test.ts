/**
 * The whole GloVe table on three shards: the published answer, and the same ids and bits as in memory for
 * thousands of questions.
 */

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClickHouseTable, uploadTable } from '../../../src/clickhouse.ts'
import { parseAnalogies } from '../../../src/keyed-vectors.ts'
import { openTable } from '../../../src/open/open-table.ts'
import type { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { isThere, projectPath, sharedPath } from '../../shared-data.ts'
import { expectSame } from '../../table/async-table.ts'
import { type ClickHouseServers, findClickHouse, startClickHouse } from '../servers.ts'
import { onServers, openUploaded } from '../shards.ts'

const GLOVE = projectPath('data/cache/glove-6b-100d.safetensors')
const QUESTIONS = sharedPath('eval/questions-words.txt')
const columns = { length: 'number', initial: 'string', common: 'boolean' } as const
const metadataOf = (id: number, token = '') => ({
  length: token.length,
  initial: token.slice(0, 1),
  common: id < 20_000,
})

describe.skipIf(findClickHouse() === undefined || !isThere(GLOVE, QUESTIONS))('GloVe on three shards', () => {
  let servers: ClickHouseServers
  let local: EmbeddingTable
  let cluster: ClickHouseTable<typeof columns>
  beforeAll(async () => {
    servers = await startClickHouse()
    local = await openTable(GLOVE)
    const at = { ...onServers(servers.urls, 'glove', 'three'), columns }
    expect(await uploadTable(local, { ...at, metadata: metadataOf })).toMatchObject({
      size: 341_479,
      sent: 341_479,
    })
    cluster = await openUploaded(at)
  }, 120_000)
  afterAll(async () => {
    await cluster?.close()
    local?.dispose()
    await servers?.stop()
  }, 60_000)

  test('king − man + woman is queen, 0.7699 on unit rows', async () => {
    const expression = { positive: ['king', 'woman'], negative: ['man'] }
    const answer = await cluster.analogy(expression, { normalize: true })
    expect(answer.at(0)?.token).toBe('queen')
    expect(answer.cosines[0]!.toFixed(4)).toBe('0.7699')
    expectSame(answer, local.analogy(expression, { normalize: true }))
  })

  test('1,000 of the published analogies', async () => {
    const all = parseAnalogies(readFileSync(QUESTIONS, 'utf8')).flatMap(({ questions }) => questions)
    const step = Math.floor(all.length / 1000)
    const expressions = Array.from({ length: 1000 }, (_, index) => {
      const { a, b, c } = all[index * step]!
      return { positive: [b.toLowerCase(), c.toLowerCase()], negative: [a.toLowerCase()] }
    })
    const options = { normalize: true, k: 5 }
    const expected = local.analogyBatch(expressions, options)
    const actual = await cluster.analogyBatch(expressions, options)
    expect(actual).toHaveLength(1000)
    for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
  }, 240_000)

  test('few questions at once, the best of which are found in a part of the rows first', async () => {
    for (const first of [0, 1_000, 300_000]) {
      const queries = [first, first + 1, first + 17]
      const expected = local.nearestBatch(queries, { k: 20 })
      const actual = await cluster.nearestBatch(queries, { k: 20 })
      for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
    }
  }, 60_000)

  test('1,000 questions with conditions on metadata that some or many rows meet', async () => {
    const few = { initial: { in: ['q', 'z'] }, length: { gte: 4, lte: 9 } }
    const isFew = local.idSet((id, token) => {
      const { initial, length } = metadataOf(id, token)
      return (initial === 'q' || initial === 'z') && length >= 4 && length <= 9
    })
    const isCommon = local.idSet((id) => id < 20_000)
    const queries = Array.from({ length: 250 }, (_, index) => index * 1_327)
    for (const metric of ['cosine', 'dot'] as const) {
      for (const [filter, passes] of [
        [few, isFew],
        [{ common: true }, isCommon],
      ] as const) {
        const expected = local.nearestBatch(queries, { filter: passes, metric })
        const actual = await cluster.nearestBatch(queries, { filter, metric })
        for (const [index, answer] of actual.entries()) expectSame(answer, expected[index]!)
      }
    }
  }, 120_000)
})
