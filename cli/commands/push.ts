/** `rowspace push`: uploads a table to ClickHouse, chunk by chunk. */

import { count } from '../../data/figures.ts'
import { uploadTable } from '../../src/clickhouse/upload-table.ts'
import type { OpenRowSource } from '../../src/open/open-rows.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { abortOnSignals } from '../interrupt.ts'
import { openNamedRows, tableOptions, tableOptionsWithout } from '../open-table.ts'
import { oneLine, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import { parseClusterName } from '../parsing/clickhouse-address.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { showProgress } from '../progress.ts'

export const push: Command = {
  name: 'push',
  summary: 'upload a table to ClickHouse, over the shards of a cluster',
  operands: ['<table>', '<clickhouse://host:port/database/table>'],
  options: {
    cluster: { value: 'NAME', help: 'the cluster whose shards take the rows, a name of system.clusters' },
    server: { value: 'URL', help: 'the HTTP address of a shard where there is no Keeper; once for each' },
    overwrite: { help: 'drop a table of that name first' },
    // every row of an uploaded table must be finite
    ...tableOptionsWithout('non-finite'),
  },
  notes: [
    'User and password: CLICKHOUSE_USER and CLICKHOUSE_PASSWORD, or user:password@ in the name.',
    '?secure=1 is TLS. Push again after an interruption: only the missing rows are sent.',
  ],
  examples: [
    'rowspace push default clickhouse://localhost:8123/default/glove',
    'rowspace push vectors.safetensors clickhouse://host:8123/db/vectors --cluster three',
  ],
  async run(args: Arguments): Promise<Answer> {
    const [from, to] = args.operands as [string, string]
    const { shown, connection } = parseClusterName(to, process.env)
    const servers = args.texts('server')
    const interrupt = abortOnSignals('push again to go on')
    const options = { ...tableOptions(args), signal: interrupt.signal }
    const progress = showProgress(shown, args.flag('quiet'))
    let source: OpenRowSource | EmbeddingTable | undefined
    try {
      source = await openNamedRows(from, options)
      const pushed = await uploadTable(source, {
        ...connection,
        cluster: args.text('cluster'),
        servers: servers.length === 0 ? undefined : servers,
        overwrite: args.flag('overwrite'),
        signal: interrupt.signal,
        onProgress: progress.report,
      })
      progress.clear()
      const { size, dimension, sent } = pushed
      const rest = sent < size ? ', the others were there' : ''
      return {
        text: () =>
          `${paint.bold(oneLine(shown))}  ${count(size)} x ${dimension}, ${count(sent)} rows sent${rest}`,
        document: { in: from, out: shown, cluster: args.text('cluster') ?? null, ...pushed },
      }
    } finally {
      progress.clear()
      interrupt.stop()
      if (source !== undefined && 'close' in source) await source.close()
    }
  },
}
