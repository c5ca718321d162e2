/**
 * Started once before the tests of a project: servers on loopback that the tests reach from Node and from
 * Chromium.
 */
import { rm } from 'node:fs/promises'
import type { TestProject } from 'vitest/node'
import { startFaultServers } from './fault-server.ts'
import { startHub } from './hub-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Two origins that serve the same scenarios. */
    faultServers: string[]
    /** The origin of the hub. */
    hubServer: string
    /** Where the cache is that a test does not place elsewhere. */
    cacheFolder: string
  }
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startFaultServers(2)
  const hub = await startHub()
  project.provide(
    'faultServers',
    servers.map(({ origin }) => origin),
  )
  project.provide('hubServer', hub.origin)
  return async () => {
    await Promise.all([...servers, hub].map((server) => server.close()))
    await rm(project.getProvidedContext().cacheFolder, { recursive: true, force: true })
  }
}
