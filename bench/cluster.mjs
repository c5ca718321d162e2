/**
 * `npm run bench:cluster [-- --quick]`: a table on three real ClickHouse servers of this machine, scanned by
 * rows and by int8 codes, cold and warm; then the same table on one, two and three of them; then what 10^9
 * and 10^10 rows would take, computed from what was measured.
 *
 * Bytes are those of system.query_log, before compression. Cold: the files of all tables are dropped from the
 * system's cache and the engine's marks from its own. `--json` prints the figures alone. It takes some
 * minutes, 8 GB of disk, and clickhouse-server (CLICKHOUSE_SERVER names it).
 */
import { spawnSync } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { createClient } from '@clickhouse/client'
import Table from 'cli-table3'
import { build } from 'esbuild'
import { openClickHouse, uploadTable } from '../dist/clickhouse.js'
import { planOf } from './cluster-plan.mjs'
import { evenNumbers } from './data.mjs'
import { median } from './statistics.mjs'

const { values: options } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } },
})
const SHAPES = options.quick
  ? [
      [100_000, 100],
      [100_000, 768],
    ]
  : [
      [100_000, 100],
      [3_000_000, 100],
      [100_000, 768],
      [500_000, 768],
    ]
/** The table that one, two and three shards hold. */
const GROWN = options.quick ? [100_000, 100] : [500_000, 100]
const CLUSTERS = ['one', 'two', 'three']
const QUERIES = 5
const BATCH = 32
const CORES = availableParallelism()

/** A source of any size: evenly distributed numbers in −1 … 1, seeded by the first id of a chunk. */
function seededRows(size, dimension) {
  return {
    size,
    dimension,
    read(start, end) {
      const even = evenNumbers(start + 1)
      const rows = new Float32Array((end - start) * dimension)
      // a loop: uploads are timed with it, and Float32Array.from takes eight times as long
      for (let at = 0; at < rows.length; at++) rows[at] = even() * 2 - 1
      return { rows }
    },
  }
}

async function timed(query) {
  const start = performance.now()
  const answer = await query()
  return { answer, milliseconds: performance.now() - start }
}

/** The servers of the tests. */
async function startServers() {
  const { outputFiles } = await build({
    entryPoints: ['test/clickhouse/servers.ts'],
    bundle: true,
    platform: 'node',
    format: 'esm',
    write: false,
  })
  const code = Buffer.from(outputFiles[0].contents).toString('base64')
  const { startClickHouse, USER, PASSWORD } = await import(`data:text/javascript;base64,${code}`)
  const servers = await startClickHouse({ settings: { log_queries: 1 } })
  return { servers, at: { url: servers.urls[0], username: USER, password: PASSWORD } }
}

async function rowsOf(client, query) {
  return (await (await client.query({ query, format: 'JSONCompact' })).json()).data
}

class Bench {
  constructor(servers, at) {
    this.servers = servers
    this.at = at
    this.clients = servers.urls.map((url) => createClient({ ...at, url }))
  }

  async everywhere(query) {
    await Promise.all(this.clients.map((client) => client.command({ query })))
  }

  select(query) {
    return rowsOf(this.clients[0], query)
  }

  /** Files that are in no cache are read from the disk. */
  async chill() {
    await this.everywhere('SYSTEM DROP MARK CACHE')
    for (const folder of this.servers.folders) {
      const forget = ['dd', 'if={}', 'iflag=nocache', 'count=0', 'status=none', ';']
      // parts that are merged away meanwhile are of no concern
      spawnSync('find', [join(folder, 'data/default'), '-name', '*.bin', '-exec', ...forget])
    }
  }

  /** Bytes that single queries have read since then, before compression, on all servers, each. */
  async bytesSince(time, queries) {
    await this.everywhere('SYSTEM FLUSH LOGS')
    const scans =
      "type = 2 AND initial_query_id LIKE 'rowspace-%' " +
      "AND query LIKE '%AS bound%' AND query NOT LIKE '%excess%'"
    const read = "ProfileEvents.Values[indexOf(ProfileEvents.Names, 'CompressedReadBufferBytes')]"
    const sums = await Promise.all(
      this.clients.map((client) =>
        rowsOf(
          client,
          `SELECT sum(${read}) FROM system.query_log WHERE ${scans} AND event_time >= toDateTime(${time})`,
        ),
      ),
    )
    return sums.reduce((sum, [[bytes]]) => sum + Number(bytes), 0) / queries
  }

  async stored(table) {
    const [[rows, codes]] = await this.select(
      'SELECT sum(column_data_compressed_bytes), ' +
        "sumIf(column_data_compressed_bytes, column = 'codes') " +
        `FROM cluster('three', system, parts_columns) WHERE active AND table = '${table}_local'`,
    )
    return { bytes: Number(rows), codes: Number(codes) }
  }

  async upload(table, [size, dimension], cluster) {
    const source = seededRows(size, dimension)
    const uploaded = await timed(() =>
      uploadTable(source, { ...this.at, table, cluster, servers: this.servers.urls }),
    )
    return uploaded.milliseconds
  }

  async drop(table) {
    for (const kind of ['_complete', '', '_local', '_meta']) {
      await this.everywhere(`DROP TABLE IF EXISTS default.\`${table}${kind}\``)
    }
  }

  async measure(table, [size, dimension], kernel) {
    const cluster = await openClickHouse({ ...this.at, table, kernel })
    const queries = Array.from(
      { length: BATCH },
      (_, i) => seededRows(1, dimension).read(7 * i + 3, 7 * i + 4).rows,
    )
    await this.chill()
    const since = Math.floor(Date.now() / 1000)
    const cold = await timed(() => cluster.nearest(queries[0]))
    const warm = []
    for (const query of queries.slice(0, QUERIES)) warm.push(await timed(() => cluster.nearest(query)))
    const batch = await timed(() => cluster.nearestBatch(queries))
    const milliseconds = median(warm.map((one) => one.milliseconds))
    await cluster.close()
    return {
      kernel,
      cold: cold.milliseconds,
      milliseconds,
      batch: batch.milliseconds / BATCH,
      bytes: await this.bytesSince(since, 1 + QUERIES),
      rowsPerSecondAndCore: size / (milliseconds / 1000) / CORES,
      answers: [
        ...warm.map(({ answer }) => [...answer.ids].join()),
        ...batch.answer.map(({ ids }) => [...ids].join()),
      ],
    }
  }
}

function sameAnswers(results) {
  const [first, ...others] = results.map(({ answers }) => JSON.stringify(answers))
  if (others.some((answers) => answers !== first)) throw new Error('the kernels answer differently')
}

const { servers, at } = await startServers()
const bench = new Bench(servers, at)
const report = {
  cores: CORES,
  server: (await bench.select('SELECT version()'))[0][0],
  shapes: [],
  shards: [],
}
try {
  for (const shape of SHAPES) {
    const table = `rows_${shape.join('_')}`
    const uploadTime = await bench.upload(table, shape, 'three')
    const stored = await bench.stored(table)
    const results = []
    for (const kernel of ['arrays', 'codes']) results.push(await bench.measure(table, shape, kernel))
    sameAnswers(results)
    await bench.drop(table)
    report.shapes.push({ size: shape[0], dimension: shape[1], uploadTime, stored, results })
    if (!options.json) print(report.shapes.at(-1))
  }
  for (const [index, cluster] of CLUSTERS.entries()) {
    const table = `shards_${index + 1}`
    await bench.upload(table, GROWN, cluster)
    report.shards.push({ shards: index + 1, ...(await bench.measure(table, GROWN, 'codes')) })
    await bench.drop(table)
  }
} finally {
  await Promise.all(bench.clients.map((client) => client.close()))
  await servers.stop()
}
report.plan = planOf(report.shapes)
if (options.json) console.log(JSON.stringify(report, (key, value) => (key === 'answers' ? undefined : value)))
else printShardsAndPlan(report)

function tableOf(head) {
  const rules = { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' }
  return new Table({
    head,
    colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')),
    style: { head: [], border: [] },
    chars: rules,
  })
}

function print({ size, dimension, uploadTime, stored, results }) {
  const rows = size.toLocaleString('en')
  const table = tableOf([
    `${rows} x ${dimension}`,
    'MB read',
    'cold ms',
    'warm ms',
    `ms per query, batches of ${BATCH}`,
    'M rows/s per core',
  ])
  for (const { kernel, bytes, cold, milliseconds, batch, rowsPerSecondAndCore } of results) {
    const name = kernel === 'codes' ? 'by int8 codes' : 'by rows'
    table.push([
      name,
      (bytes / 1e6).toFixed(0),
      cold.toFixed(0),
      milliseconds.toFixed(0),
      batch.toFixed(1),
      (rowsPerSecondAndCore / 1e6).toFixed(2),
    ])
  }
  const megabytes = (bytes) => (bytes / 1e6).toFixed(0)
  console.log(
    `${table}\nuploaded in ${(uploadTime / 1000).toFixed(1)} s; ` +
      `${megabytes(stored.bytes)} MB on disk, of which codes ${megabytes(stored.codes)} MB\n`,
  )
}

function printShardsAndPlan({ cores, server, shards, plan }) {
  const grown = tableOf([
    `${GROWN[0].toLocaleString('en')} x ${GROWN[1]} by codes, ${cores} cores in all`,
    'warm ms',
    `ms per query, batches of ${BATCH}`,
  ])
  for (const { shards: count, milliseconds, batch } of shards) {
    grown.push([`${count} shard${count === 1 ? '' : 's'}`, milliseconds.toFixed(0), batch.toFixed(1)])
  }
  const computed = tableOf([
    'computed, not measured',
    'shards of 16 cores',
    'disk per shard',
    'memory per shard, all codes cached',
    's per query',
    `s per query, batches of ${BATCH}`,
  ])
  for (const { rows, dimension, shards, disk, memory, seconds, batchSeconds } of plan) {
    computed.push([
      `${rows.toExponential(0).replace('e+', ' x 10^')} x ${dimension}`,
      shards,
      `${(disk / 1e9).toFixed(0)} GB`,
      `${(memory / 1e9).toFixed(0)} GB`,
      seconds.toFixed(1),
      batchSeconds.toFixed(1),
    ])
  }
  console.log(
    `${grown}\n\n${computed}\n` +
      `ClickHouse ${server}, ${cores} cores, k = 10; all kernels gave the same answers`,
  )
}
