/** `nearest`, `analogy`, `lookup` and `inspect` of a table on ClickHouse: the same answers. */

import { bytes, count } from '../../data/figures.ts'
import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import { openClickHouse } from '../../src/clickhouse/open-clickhouse.ts'
import { isRowspaceError } from '../../src/core/errors.ts'
import { sampleIds } from '../../src/core/random.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Expression } from '../../src/table/expression.ts'
import type { Match } from '../../src/table/matches.ts'
import { type ExpressionTerm, expressionFrom } from '../../src/table/parse-expression.ts'
import { WordList } from '../../src/table/vocabulary.ts'
import { facts, oneLine, paint } from '../output.ts'
import { parseClusterName } from '../parsing/clickhouse-address.ts'
import type { Answer } from '../parsing/command.ts'
import type { Found } from '../views/shown.ts'

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

/** As `rowNamed`: a token; digits that are not a token are an id, and `#12` always is. */
export async function clusterRow(table: ClickHouseTable, name: string): Promise<number> {
  const id = /^#?(\d+)$/.exec(name)?.[1]
  if (id === undefined) return table.id(name)
  if (name.startsWith('#') || !table.hasTokens) return table.id(Number(id))
  try {
    return await table.id(name)
  } catch (error) {
    if (!isRowspaceError(error, 'UNKNOWN_TOKEN')) throw error
    return table.id(Number(id))
  }
}

/** The terms with every word looked up. */
export async function clusterExpression(
  table: ClickHouseTable,
  terms: readonly ExpressionTerm[],
): Promise<Expression> {
  const rows: { row: number; weight: number }[] = []
  for (const { weight, word, quoted } of terms) {
    rows.push({ row: quoted ? await table.id(word) : await clusterRow(table, word), weight })
  }
  return expressionFrom(rows)
}

/** Rows drawn from a seed and scored, the same as of a table in memory. */
export async function clusterBaselines(
  table: ClickHouseTable,
  expression: Expression,
  { count, seed, normalize }: { count: number; seed: number; normalize: boolean },
): Promise<Match[]> {
  const inputs = [...(expression.positive ?? []), ...(expression.negative ?? [])]
  const exclude = new Set(inputs.map((entry) => (Array.isArray(entry) ? entry[0] : entry)))
  const ids = sampleIds(table.size, count, seed, (id) => !exclude.has(id))
  if (ids.length === 0) return []
  const [rows, vector] = [await table.gather(ids), await table.combine(expression, { normalize })]
  const drawn = await EmbeddingTable.from(rows, { dimension: table.dimension, codes: false })
  const scored = drawn.scores(vector, ids.keys()).toArray()
  drawn.dispose()
  const names = await Promise.all(Array.from(ids, async (id) => ({ id, token: await table.token(id) })))
  return scored.map((match, place) => ({ ...match, ...names[place] }))
}

/** The tokens of a text with their rows, as `lookUp` finds them. */
export async function clusterLookUp(table: ClickHouseTable, text: string): Promise<Found[]> {
  const tokens = await clusterTokens(table, text)
  const known = tokens.flatMap(({ id }) => (id === undefined ? [] : [id]))
  if (known.length === 0) await table.id(text)
  const rows = await table.gather(known)
  const { dimension } = table
  let next = 0
  return tokens.map((token) => {
    if (token.id === undefined) return { ...token, row: undefined }
    const start = next++ * dimension
    return { ...token, row: rows.slice(start, start + dimension) }
  })
}

async function clusterTokens(table: ClickHouseTable, text: string): Promise<Omit<Found, 'row'>[]> {
  if (!table.hasTokens) {
    const words = text.split(/\s+/).filter((word) => word !== '')
    return Promise.all(words.map(async (word) => ({ text: word, id: await clusterRow(table, word) })))
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
