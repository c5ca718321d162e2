/** Started once before the tests of a project: servers on loopback that the tests reach from Node and from Chromium. */
import type { TestProject } from 'vitest/node'
import { startFaultServers } from './fault-server.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Two origins that serve the same scenarios. */
    faultServers: string[]
  }
}

export default async function start(project: TestProject): Promise<() => Promise<void>> {
  const servers = await startFaultServers(2)
  project.provide(
    'faultServers',
    servers.map(({ origin }) => origin),
  )
  return async () => {
    await Promise.all(servers.map((server) => server.close()))
  }
}
