/** How tests talk to the fault server, in Node and in Chromium. */
import { inject } from 'vitest'
import type { Scenario, Seen } from './scenario.ts'

export interface Served {
  url: URL
  /** The requests it has seen so far. */
  log(): Promise<Seen[]>
  /** Makes the scenario another one from now on, and the file's tag. */
  change(what: Partial<Scenario>): Promise<void>
}

/** The origins of the two servers. */
export const origins = (): string[] => inject('faultServers')

/** A file that fails as the scenario says, on the first server. */
export async function served(scenario: Scenario, name = 'file.bin'): Promise<Served> {
  const [origin] = origins()
  const made = await fetch(`${origin}/scenarios`, { method: 'POST', body: JSON.stringify(scenario) })
  const id = await made.text()
  return {
    url: new URL(`${origin}/${id}/${name}`),
    log: async () => (await fetch(`${origin}/${id}/log`)).json(),
    change: async (what) => {
      await fetch(`${origin}/${id}/change`, { method: 'POST', body: JSON.stringify(what) })
    },
  }
}
