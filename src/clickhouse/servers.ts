/** All servers of a table, for the statements that create and drop it. */
import type { RowspaceError } from '../core/errors.ts'
import { Connection } from './connection.ts'
import type { UploadOptions } from './options.ts'
import { quoteText } from './sql.ts'

export class Servers {
  private constructor(
    /** The one that answers queries. */
    readonly main: Connection,
    private readonly others: readonly Connection[],
    private readonly on: string,
    private readonly replicated: boolean,
  ) {}

  /** Throws `NOT_FOUND` where there is no such cluster. */
  static async open(options: UploadOptions): Promise<Servers> {
    const { cluster, servers, signal } = options
    const main = await Connection.open(options)
    const isMain = ({ server }: Connection) => server === main.server
    try {
      if (cluster === undefined) return new Servers(main, [], '', false)
      const [count, replicas] = await main.selectOne(
        `SELECT count(), max(replica_num) FROM system.clusters WHERE cluster = ${quoteText(cluster)}`,
        { signal },
      )
      if (Number(count) === 0) throw await noCluster(main, cluster, signal)
      const replicated = Number(replicas) > 1
      if (servers === undefined) return new Servers(main, [], ` ON CLUSTER ${quoteText(cluster)}`, replicated)
      const others = await openAll(main, servers)
      const [same, different] = [others.filter(isMain), others.filter((other) => !isMain(other))]
      await Promise.all(same.map((other) => other.close()))
      return new Servers(main, different, '', replicated)
    } catch (error) {
      await main.close()
      throw error
    }
  }

  /** Runs statements on every server, one after the other. */
  async run(
    statements: (on: string, replicated: boolean) => readonly string[],
    signal?: AbortSignal,
  ): Promise<void> {
    for (const statement of statements(this.on, this.replicated)) {
      for (const server of [this.main, ...this.others]) await this.runOn(server, statement, signal)
    }
  }

  private async runOn(server: Connection, statement: string, signal: AbortSignal | undefined): Promise<void> {
    try {
      await server.command(statement, { signal })
    } catch (error) {
      if (this.on === '' || !/zookeeper|keeper|DDL background thread/i.test((error as Error).message))
        throw error
      throw server.error(
        'UNSUPPORTED',
        'the cluster has no ZooKeeper or Keeper to carry ON CLUSTER. ' +
          "Give the HTTP address of each shard: servers: ['http://host:8123', …].",
        { cause: error },
      )
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.main, ...this.others].map((server) => server.close()))
  }
}

/** All or none. */
async function openAll(main: Connection, urls: readonly string[]): Promise<Connection[]> {
  const opening = await Promise.allSettled(urls.map((url) => main.at(url)))
  const opened = opening.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const failed = opening.find((each) => each.status === 'rejected')
  if (failed === undefined) return opened
  await Promise.all(opened.map((connection) => connection.close()))
  throw failed.reason
}

async function noCluster(
  main: Connection,
  cluster: string,
  signal: AbortSignal | undefined,
): Promise<RowspaceError> {
  const rows = await main.select('SELECT DISTINCT cluster FROM system.clusters', { signal })
  const names = rows.map(([name]) => JSON.stringify(name)).join(', ') || 'none'
  const problem = `there is no cluster ${JSON.stringify(cluster)}. The server knows ${names}.`
  return main.error('NOT_FOUND', problem, { cluster })
}
