/**
 * Queried from browsers: by their client in Node, and from a page in Chromium that reaches the engine through
 * its own server.
 */

import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createClient } from '@clickhouse/client-web'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CreateClient } from '../../../src/clickhouse/options.ts'
import { openClickHouse, uploadTable } from '../../../src/clickhouse.ts'
import { EmbeddingTable } from '../../../src/table/embedding-table.ts'
import { findChromium } from '../../chromium.ts'
import { makeTable } from '../../oracle/tables.ts'
import { launch } from '../../package/page.ts'
import { projectPath } from '../../shared-data.ts'
import { expectSame } from '../../table/async-table.ts'
import { type ClickHouseServers, findClickHouse, startClickHouse } from '../servers.ts'
import { onServers } from '../shards.ts'

describe.skipIf(findClickHouse() === undefined)('from browsers', () => {
  let servers: ClickHouseServers
  let local: EmbeddingTable
  beforeAll(async () => {
    servers = await startClickHouse({ count: 2 })
    const { flat } = makeTable(300, 12, 'plain', 23)
    const tokens = Array.from({ length: 300 }, (_, id) => `wörd ${id} 🗼`)
    local = await EmbeddingTable.from(flat, { dimension: 12, tokens })
    await uploadTable(local, { ...onServers(servers.urls, 'web', 'two'), rowsAtOnce: 50 })
  }, 60_000)
  afterAll(() => servers?.stop(), 60_000)

  test("the browsers' client gives the same answers", async () => {
    const at = onServers(servers.urls, 'web')
    const cluster = await openClickHouse({ ...at, createClient: createClient as unknown as CreateClient })
    expectSame(await cluster.nearest('wörd 7 🗼', { k: 20 }), local.nearest('wörd 7 🗼', { k: 20 }))
    const [first, second] = await cluster.nearestBatch([3, 8], { metric: 'dot' })
    expectSame(first!, local.nearest(3, { metric: 'dot' }))
    expectSame(second!, local.nearest(8, { metric: 'dot' }))
    await expect(cluster.nearest('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_TOKEN' })
    await cluster.close()
    await expect(
      openClickHouse({ ...at, password: 'no', createClient: createClient as unknown as CreateClient }),
    ).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })

  test.skipIf(findChromium() === undefined)(
    'a page that a bundler made of rowspace/clickhouse',
    async () => {
      const { outputFiles } = await build({
        stdin: {
          contents: `import { openClickHouse } from ${JSON.stringify(projectPath('dist/clickhouse.js'))}
            window.query = async (at) => {
              const cluster = await openClickHouse({ ...at, url: location.origin })
              const matches = await cluster.nearest(5, { k: 9 })
              return {
                ids: [...matches.ids],
                cosines: [...matches.cosines],
                tokens: matches.toArray().map(({ token }) => token),
              }
            }`,
          resolveDir: projectPath('.'),
        },
        bundle: true,
        platform: 'browser',
        format: 'esm',
        write: false,
        logLevel: 'silent',
      })
      const { server, origin } = await servePage(outputFiles[0]!.text, servers.urls[0]!)
      const browser = await launch()
      try {
        const page = await browser.newPage()
        await page.goto(`${origin}/page`)
        const at = onServers(servers.urls, 'web')
        const answer = await page.evaluate(
          (where) => (window as unknown as { query(at: unknown): Promise<unknown> }).query(where),
          { table: at.table, username: at.username, password: at.password },
        )
        const expected = local.nearest(5, { k: 9 })
        expect(answer).toEqual({
          ids: [...expected.ids],
          cosines: [...expected.cosines],
          tokens: expected.toArray().map(({ token }) => token),
        })
      } finally {
        await browser.close()
        server.close()
      }
    },
    60_000,
  )
})

/**
 * A page and, on the same origin, the engine: what a page's own server does, since engines answer no other
 * origin's preflight.
 */
async function servePage(script: string, engine: string): Promise<{ server: Server; origin: string }> {
  const server = createServer((from, to) => {
    if (from.url === '/page') {
      to.setHeader('content-type', 'text/html; charset=utf-8')
      to.end('<!doctype html><link rel="icon" href="data:,"><script type="module" src="/script.js"></script>')
    } else if (from.url === '/script.js') {
      to.setHeader('content-type', 'text/javascript; charset=utf-8')
      to.end(script)
    } else {
      const { host: _, ...headers } = from.headers
      const passed = request(new URL(from.url!, engine), { method: from.method, headers }, (answer) => {
        to.writeHead(answer.statusCode!, answer.headers)
        answer.pipe(to)
      })
      from.pipe(passed)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { server, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}
