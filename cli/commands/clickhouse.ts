/** `nearest`, `analogy`, `lookup` and `inspect` of a table on ClickHouse: the same answers, printed the same. */

import type { ClickHouseTable } from '../../src/clickhouse/clickhouse-table.ts'
import { openClickHouse } from '../../src/clickhouse/open-clickhouse.ts'
import { isRowspaceError } from '../../src/core/errors.ts'
import { sampleIds } from '../../src/core/random.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Expression } from '../../src/table/expression.ts'
import type { Match } from '../../src/table/matches.ts'
import { type ExpressionTerm, expressionFrom } from '../../src/table/parse-expression.ts'
import { WordList } from '../../src/table/vocabulary.ts'
import { columns, oneLine, paint } from '../output.ts'
import { parseClusterName } from '../parsing/clickhouse-address.ts'
import type { Answer } from '../parsing/command.ts'
import { bytes, count } from '../views/figures.ts'
import type { Found } from '../views/shown.ts'

/** Opens the table of a `clickhouse://` name, asks it, and lets go of it. */
export async function onCluster<Result>(
  name: string,
  ask: (table: ClickHouseTable, shown: string) => Promise<Result>,
): Promise<Result> {
  const { shown, connection } = parseClusterName(name, process.env)
  const table = await openClickHouse(connection)
  try {
    return await ask(table, shown)
  } finally {
    await table.close()
  }
}

/** As `rowNamed`: a token as written, else with a leading space; digits that are no token are an id, `#12` is one always. */
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

/** Rows drawn from a seed and measured, the same as of a table in memory. */
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
  const measured = drawn.scores(vector, ids.keys()).toArray()
  drawn.dispose()
  return Promise.all(
    measured.map(async (match, place) => ({
      ...match,
      id: ids[place]!,
      token: await table.token(ids[place]!),
    })),
  )
}

/** The tokens of a text with their rows, as `lookUp` finds them. */
export async function clusterLookUp(table: ClickHouseTable, text: string): Promise<Found[]> {
  const pieces = await clusterPieces(table, text)
  const known = pieces.filter(({ id }) => id !== undefined)
  if (known.length === 0) await table.id(text)
  const rows = await table.gather(known.map(({ id }) => id!))
  const { dimension } = table
  let next = 0
  return pieces.map((piece) => {
    if (piece.id === undefined) return { ...piece, row: undefined }
    const start = next++ * dimension
    return { ...piece, row: rows.slice(start, start + dimension) }
  })
}

async function clusterPieces(table: ClickHouseTable, text: string): Promise<Omit<Found, 'row'>[]> {
  if (!table.hasTokens) {
    const words = text.split(/\s+/).filter((word) => word !== '')
    return Promise.all(words.map(async (word) => ({ text: word, id: await clusterRow(table, word) })))
  }
  const written = new WordList([]).tokenize(text).map((piece) => piece.text)
  const ids = await table.tokenIds([text, ...written, ...written.map((piece) => piece.toLowerCase())])
  const whole = ids.get(text)
  if (whole !== undefined) return [{ text, id: whole }]
  return new WordList([...ids.keys()]).tokenize(text).map((piece) => ({ ...piece, id: ids.get(piece.text) }))
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
    const lines = [
      ['format', `ClickHouse ${oneLine(version)}`],
      ['table', `|V| x d = ${paint.bold(`${count(size)} x ${count(dimension)}`)}, ${dtype}, kept as f32`],
      ['tokens', hasTokens ? 'one a row' : 'none'],
      [
        'metadata',
        Object.entries(metadata)
          .map(([column, type]) => `${column}: ${type}`)
          .join(', ') || 'none',
      ],
      ['shards', cluster === '' ? 'one server' : `${shards}, cluster ${oneLine(cluster)}`],
      ['search', `alone by ${kernels.alone}, many at once by ${kernels.shared}`],
      ['stored', bytes(storedBytes)],
    ].map(([label, text]) => [paint.dim(label!), text!])
    return {
      text: () => [paint.bold(oneLine(shown)), columns('ll', undefined, lines)].join('\n'),
      document,
    }
  })
}
