/** What the hub of the tests holds: shared by the server and the tests, in Node and in Chromium. */
import { inject } from 'vitest'
import type { ModelFileSpec } from './model-names.ts'

/** Texts come from the hub itself, models and other bytes (in base64) from the store it redirects to. */
export type RepositoryFile =
  | { kind: 'text'; text: string }
  | { kind: 'model'; spec: ModelFileSpec }
  | { kind: 'bytes'; base64: string }

export interface Repository {
  files: Record<string, RepositoryFile>
  /** The token it wants. */
  gated?: string
  revisions?: string[]
  /** The answer to a request for the list of its files. Default: that list. */
  listing?: string
}

export interface HubSpec {
  models: Record<string, Repository>
  /** Whether it sends commits, as a mirror need not. Default: true. */
  commits?: boolean
  /** Bytes a second of each connection. */
  rate?: number
}

export interface HubRequest {
  place: 'hub' | 'store'
  path: string
  authorization: string | null
  range: string | null
  /** Bytes of body that were sent. */
  bytes: number
}

export interface TestHub {
  /** For HF_ENDPOINT. */
  endpoint: string
  log(): Promise<HubRequest[]>
  /** Makes the table of a model before it is requested, and forgets those made so before. */
  prepare(model: string): Promise<void>
  /** Makes every file another one, or the connections slower or faster. */
  change(what: { content?: boolean; rate?: number }): Promise<void>
}

export async function testHub(spec: HubSpec): Promise<TestHub> {
  const origin = inject('hubServer')
  const id = await (await fetch(`${origin}/hubs`, { method: 'POST', body: JSON.stringify(spec) })).text()
  const endpoint = `${origin}/${id}`
  return {
    endpoint,
    log: async () => (await fetch(`${endpoint}/log`)).json(),
    prepare: async (model) => {
      await fetch(`${endpoint}/prepare`, { method: 'POST', body: model })
    },
    change: async (what) => {
      await fetch(`${endpoint}/change`, { method: 'POST', body: JSON.stringify(what) })
    },
  }
}
