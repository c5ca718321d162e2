/**
 * A server in memory: it runs the statements that rowspace writes, in place of ClickHouse. What it answers is
 * computed from the text of the statements, so a wrong statement gives a wrong answer. The tests on real
 * servers (test/clickhouse/server) show that ClickHouse reads the same statements the same way.
 */
import { type Names, parseExpression, parseList, unquote, type Value } from './expression.ts'
import { Decoder, Encoder } from './row-binary.ts'

type Row = ReadonlyMap<string, Value>

interface Statement {
  query: string
  query_id: string
  abort_signal: AbortSignal
  clickhouse_settings: Record<string, string | number>
  values?: AsyncIterable<Uint8Array>
}

/** How a value of each type is read from an INSERT. */
const READERS: Readonly<Record<string, (reader: Decoder) => Value>> = {
  UInt64: (reader) => reader.uint64(),
  UInt8: (reader) => reader.uint8(),
  Float32: (reader) => reader.float32(),
  Float64: (reader) => reader.float64(),
  String: (reader) => reader.text(),
  'Array(Float32)': (reader) => reader.list(reader.float32),
  'Array(Int8)': (reader) => reader.list(reader.int8),
}

const NAME = '`(?:\\\\.|[^`\\\\])*`'
const nameIn = (text: string) => text.match(new RegExp(NAME, 'g'))?.map(unquote).join('.') ?? ''

export class MemoryEngine {
  /** Tables by `database.name`. */
  readonly tables = new Map<string, Row[]>()
  /** The types of their columns. */
  private readonly types = new Map<string, Map<string, string>>()
  readonly statements: Statement[] = []
  databases = ['default']
  clusters: Record<string, { shards: number; replicas: number }> = {}
  hasDotProduct = false
  open = 0
  /** Configurations that clients were made with. */
  readonly configurations: Record<string, unknown>[] = []
  /** Called before each statement: may throw or wait. */
  before: (query: string) => unknown = () => {}

  readonly createClient = (configuration: Record<string, unknown>) => {
    this.configurations.push(configuration)
    this.open++
    return {
      query: async (statement: Statement) => {
        const data = await this.run(statement, () => this.select(statement.query))
        return { json: async () => ({ data }) }
      },
      exec: async (statement: Statement) => {
        const answer = await this.run(statement, async () => {
          const query = statement.query.replace(/ FORMAT RowBinary$/, '')
          if (statement.values === undefined) return this.selectBinary(query)
          const chunks: Uint8Array[] = []
          for await (const chunk of statement.values) chunks.push(chunk)
          this.insert(query, Buffer.concat(chunks))
          return new Uint8Array(0)
        })
        return { stream: inTwo(answer) }
      },
      command: async (statement: Statement) => {
        await this.run(statement, () => this.command(statement.query))
      },
      close: async () => void this.open--,
    }
  }

  /** Rows of a table, to look at or to change. */
  rows(name: string): Row[] {
    const rows = this.tables.get(name)
    if (rows === undefined) throw new Error(`Code: 60. Table ${name} doesn't exist`)
    return rows
  }

  private async run<Result>(statement: Statement, work: () => Result | Promise<Result>): Promise<Result> {
    this.statements.push(statement)
    statement.abort_signal.throwIfAborted()
    await this.before(statement.query)
    statement.abort_signal.throwIfAborted()
    return work()
  }

  private command(query: string): void {
    const table = nameIn(/^.*?(?: ON CLUSTER| \(| AS SELECT|$)/s.exec(query)?.[0] ?? '')
    if (query.startsWith('CREATE VIEW')) {
      if (!this.tables.has(table)) this.create(table, [this.computed(query.replace(/^.* AS SELECT /s, ''))])
    } else if (query.startsWith('CREATE TABLE')) {
      // a Distributed table has the rows of the local one
      const local = /ENGINE = Distributed\('(?:[^']*)', '([^']*)', '((?:\\.|[^'\\])*)'/.exec(query)
      if (this.tables.has(table)) return
      this.create(table, local === null ? [] : this.rows(`${local[1]}.${unquote(`'${local[2]}'`)}`))
      const [, fields = ''] = /\((.*?)\) ENGINE/s.exec(query) ?? []
      const list = fields.split(', ').map((field) => /^(`.*`|\w+) (.*)$/s.exec(field)?.slice(1) ?? [])
      this.types.set(table, new Map(list.map(([name = '', type = '']) => [name.replaceAll('`', ''), type])))
    } else if (query.startsWith('DROP TABLE')) {
      this.tables.delete(table)
    } else if (query.startsWith('ALTER TABLE')) {
      const partition = Number(/DROP PARTITION (\d+)$/.exec(query)?.[1])
      const rows = this.rows(nameIn(query))
      const size = Number(this.partitionSizes.get(rows))
      rows.splice(
        0,
        Number.POSITIVE_INFINITY,
        ...rows.filter((row) => Math.floor(Number(row.get('id')) / size) !== partition),
      )
    }
    const size = /PARTITION BY intDiv\(id, (\d+)\)/.exec(query)?.[1]
    if (size !== undefined) this.partitionSizes.set(this.rows(table), Number(size))
  }

  private readonly partitionSizes = new Map<Row[], number>()

  private create(name: string, rows: Row[]): void {
    if (!this.databases.includes(name.split('.')[0] ?? '')) throw new Error('Code: 81. no such database')
    this.tables.set(name, rows)
  }

  /** One row of constants. */
  private computed(list: string): Row {
    return new Map(parseList(list).map(({ name, evaluate }) => [name, evaluate(new Map())]))
  }

  private insert(query: string, bytes: Buffer): void {
    const [, table = '', fields = ''] = /^INSERT INTO (.*?) \((.*)\)$/s.exec(query) ?? []
    const types = this.types.get(nameIn(table)) ?? new Map<string, string>()
    const columns = fields.split(', ').map((name) => name.replaceAll('`', ''))
    const reader = new Decoder(bytes)
    const added: Row[] = []
    while (!reader.done) {
      added.push(
        new Map(
          columns.map((name) => {
            const type = types.get(name) ?? ''
            const inner = /^Nullable\((.*)\)$/.exec(type)?.[1]
            if (inner !== undefined && reader.uint8() === 1) return [name, null]
            const read = READERS[inner ?? type]
            if (read === undefined) throw new Error(`Code: 16. No column ${name} of type ${type}`)
            return [name, read(reader)]
          }),
        ),
      )
    }
    this.rows(nameIn(table)).push(...added)
  }

  /** The rows of an answer in JSON. */
  private select(query: string): Value[][] {
    const [, list = '', from = '', rest = ''] =
      /^SELECT (.*?) FROM (system\.\w+|cluster\(.*?\)|`.*?`\.`.*?(?<!\\)`)(.*)$/s.exec(query) ?? []
    if (from === 'system.tables') return this.tablesLike(rest)
    if (from === 'system.functions') return [[Number(this.hasDotProduct)]]
    if (from === 'system.databases')
      return [[Number(this.databases.some((name) => rest.endsWith(`'${name}'`)))]]
    if (from === 'system.clusters') return this.clusterFacts(list, rest)
    if (list.startsWith('version()')) return [['1.2.3', 1_000]]
    const rows = this.rows(nameIn(from))
    if (list.startsWith('intDiv')) return counted(rows, parseExpression(list.replace(/ AS chunk.*$/s, '')))
    if (list === 'token, min(id)') {
      const passes = parseExpression(rest.replace(/^ WHERE (.*) GROUP BY token$/s, '$1'))
      const first = new Map<Value, number>()
      for (const row of rows.filter((row) => passes(new Map(row)) === 1)) {
        const [token, id] = [row.get('token') ?? null, Number(row.get('id'))]
        first.set(token, Math.min(id, first.get(token) ?? id))
      }
      // the engine writes 64-bit integers as strings
      return [...first].map(([token, id]) => [token, String(id)])
    }
    return rows.map((row) => parseList(list).map(({ evaluate }) => evaluate(new Map(row))))
  }

  private tablesLike(rest: string): Value[][] {
    const [database = '', start = ''] = rest.match(/'(?:\\.|[^'\\])*'/g)?.map(unquote) ?? []
    const prefix = `${database}.`
    const names = [...this.tables.keys()].filter((name) => name.startsWith(prefix + start))
    return names.map((name) => [name.slice(prefix.length)])
  }

  private clusterFacts(list: string, rest: string): Value[][] {
    if (list.startsWith('DISTINCT')) return Object.keys(this.clusters).map((name) => [name])
    const { shards, replicas } = this.clusters[/'(.*)'$/.exec(rest)?.[1] ?? ''] ?? { shards: 0, replicas: 0 }
    return [list.startsWith('max(shard_num)') ? [shards] : [shards * replicas, replicas]]
  }

  private selectBinary(query: string): Uint8Array {
    const writer = new Encoder()
    if (query.includes(' AS query, ')) {
      for (const scan of query.split(' UNION ALL ')) this.scanAlone(scan, writer)
      return writer.finish()
    }
    const [, list = '', from = '', rest = ''] =
      /^SELECT (.*) FROM (`(?:\\.|[^`\\])*`\.`(?:\\.|[^`\\])*`)(.*)$/s.exec(query) ?? []
    const rows = this.rows(nameIn(from))
    const [, ids] = /groupArrayIf\((\d+)\)\(toFloat64\(id\), /.exec(list) ?? []
    if (list.startsWith('count()')) {
      writer.uint64(rows.length)
      if (ids === undefined) return writer.finish()
      const passes = parseExpression(list.replace(/^.*toFloat64\(id\), (.*)\)$/s, '$1'))
      const found = rows.filter((row) => passes(new Map(row)) === 1).slice(0, Number(ids))
      writer.doubles(found.map((row) => Number(row.get('id'))))
      return writer.finish()
    }
    const { passing, limit } = clauses(rows, rest)
    if (list.includes(' AS excess')) return scanShared(list, rest, passing, limit)
    for (const names of passing.slice(0, limit)) {
      writer.uint64(Number(names.get('id')))
      if (list === 'id, token, row') writer.nullableText(names.get('token') as string | null)
      writer.floats(names.get('row') as readonly number[])
    }
    return writer.finish()
  }

  /** One query of firstByBound, or its count of rows. */
  private scanAlone(scan: string, writer: Encoder): void {
    const write = (query: number, id: number, bound: number) => {
      writer.uint32(query)
      writer.uint64(id)
      writer.float64(bound)
    }
    const inner = /^SELECT \* FROM \(SELECT (.*) FROM (`.*?`\.`.*?(?<!\\)`)(.*)\)$/s.exec(scan)
    if (inner === null) {
      const [, index, from = ''] =
        /^SELECT toUInt32\((\d+)\) AS query, count\(\) AS id, 0\. AS bound FROM (.*)$/s.exec(scan) ?? []
      write(Number(index), this.rows(nameIn(from)).length, 0)
      return
    }
    const [, list = '', from = '', rest = ''] = inner
    const { passing, limit } = clauses(this.rows(nameIn(from)), rest)
    const fields = parseList(list)
    for (const names of passing) for (const { name, evaluate } of fields) names.set(name, evaluate(names))
    const best = passing.sort((a, b) => descending(a, b, 'bound')).slice(0, limit)
    for (const names of best)
      write(Number(names.get('query')), Number(names.get('id')), Number(names.get('bound')))
  }
}

/** PREWHERE or WHERE, and LIMIT. */
function clauses(rows: readonly Row[], rest: string): { passing: Names[]; limit: number } {
  const where = /^ (?:PRE)?WHERE (.*?)(?: WHERE excess >= 0)?(?: ORDER BY .*?)?(?: ?LIMIT \d+)?$/s.exec(
    rest,
  )?.[1]
  const passes = where === undefined || where === 'excess >= 0' ? () => 1 : parseExpression(where)
  const limit = Number(/LIMIT (\d+)$/.exec(rest)?.[1] ?? Number.POSITIVE_INFINITY)
  return { passing: rows.map((row): Names => new Map(row)).filter((names) => passes(names) === 1), limit }
}

function scanShared(list: string, rest: string, passing: Names[], limit: number): Uint8Array {
  if (!rest.includes('WHERE excess >= 0 ORDER BY excess DESC, id')) throw new Error('Code: 62. No excess')
  const fields = parseList(list)
  for (const names of passing) for (const { name, evaluate } of fields) names.set(name, evaluate(names))
  const above = passing.filter((names) => Number(names.get('excess')) >= 0)
  const writer = new Encoder()
  for (const names of above.sort((a, b) => descending(a, b, 'excess')).slice(0, limit)) {
    writer.uint64(Number(names.get('id')))
    writer.doubles(names.get('bounds') as readonly number[])
    writer.float64(Number(names.get('excess')))
  }
  return writer.finish()
}

function descending(a: Names, b: Names, field: string): number {
  const [first, second] = [Number(a.get(field)), Number(b.get(field))]
  return first === second ? Number(a.get('id')) - Number(b.get('id')) : first < second ? 1 : -1
}

function counted(rows: readonly Row[], keyOf: (names: Names) => Value): Value[][] {
  const counts = new Map<Value, number>()
  for (const row of rows) {
    const key = keyOf(new Map(row))
    counts.set(key, (counts.get(key) ?? 0) + 1)
  }
  // the engine writes 64-bit integers as strings
  return [...counts].map(([key, count]) => [String(key), String(count)])
}

/** Answers come in several chunks, as from a network. */
async function* inTwo(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  const middle = Math.floor(bytes.length / 2)
  yield Buffer.from(bytes.subarray(0, middle))
  yield Buffer.from(bytes.subarray(middle))
}
