/** Tables on ClickHouse: opened, their texts split, and inspected. */

import { bytes, count } from '../../data/figures.ts'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import { openClickHouse } from '../../src/clickhouse/open-clickhouse.ts'
import { WordList } from '../../src/table/vocabulary.ts'
import { facts, oneLine, paint } from '../output.ts'
import { parseClusterName } from '../parsing/clickhouse-address.ts'
import type { Answer } from '../parsing/command.ts'
import { rowElsewhere, type TextToken } from '../parsing/naming.ts'

/** Opens the table of a `clickhouse://` name, runs `search` on it, and closes it. */
export async function onCluster<Result>(
  name: string,
  search: (table: ClickHouseTable, shown: string) => Promise<Result>,
): Promise<Result> {
  const { shown, connection } = parseClusterName(name, process.env)
  const table = await openClickHouse(connection)
  try {
    return await search(table, shown)
  } finally {
    await table.close()
  }
}

/** As `splitText`. Only the words that may be in the text are asked for. */
export async function splitOnCluster(table: ClickHouseTable, text: string): Promise<TextToken[]> {
  if (!table.hasTokens) {
    const words = text.split(/\s+/).filter((word) => word !== '')
    return Promise.all(words.map(async (word) => ({ text: word, id: await rowElsewhere(table, word) })))
  }
  const written = new WordList([]).tokenize(text).map((token) => token.text)
  const ids = await table.tokenIds([text, ...written, ...written.map((word) => word.toLowerCase())])
  const whole = ids.get(text)
  if (whole !== undefined) return [{ text, id: whole }]
  return new WordList([...ids.keys()]).tokenize(text).map((token) => ({ ...token, id: ids.get(token.text) }))
}

export async function inspectCluster(name: string): Promise<Answer> {
  return onCluster(name, async (table, shown) => {
    const { size, dimension, dtype, kernels, cluster, hasTokens, columns: metadata } = table
    const { version, shards, storedBytes } = await table.inspect()
    const document = {
      name: shown,
      format: 'clickhouse',
      rows: size,
      dimension,
      dtype,
      tokens: hasTokens,
      metadata,
      kernels,
      server: version,
      cluster: cluster === '' ? null : cluster,
      shards,
      storedBytes,
    }
    const lines: [string, string][] = [
      ['format', `ClickHouse ${oneLine(version)}`],
      ['table', `|V| x d = ${paint.bold(`${count(size)} x ${count(dimension)}`)}, ${dtype}, stored as f32`],
      ['tokens', hasTokens ? 'one per row' : 'none'],
      [
        'metadata',
        Object.entries(metadata)
          .map(([column, type]) => `${column}: ${type}`)
          .join(', ') || 'none',
      ],
      ['shards', cluster === '' ? 'one server' : `${shards}, cluster ${oneLine(cluster)}`],
      ['search', `alone by ${kernels.alone}, many at once by ${kernels.shared}`],
      ['stored', bytes(storedBytes)],
    ]
    return {
      text: () => [paint.bold(oneLine(shown)), facts(lines)].join('\n'),
      document,
    }
  })
}
