/** Files on the fault server, opened with short waits. */

import type { SourceOptions } from '../../src/sources/source.ts'
import { urlSource } from '../../src/sources/url.ts'
import { served } from '../servers/faults.ts'
import type { Fault, Scenario } from '../servers/scenario.ts'

export const SIZE = 400_000
export const FAST: SourceOptions = { retryMilliseconds: 5, stallMilliseconds: 2_000 }

/** A file of SIZE bytes of seed 7, unless the scenario says otherwise. */
export async function openServed(scenario: Partial<Scenario> = {}, options: SourceOptions = {}) {
  const file = await served({ size: SIZE, seed: 7, ...scenario })
  return { ...file, source: await urlSource(file.url, { ...FAST, ...options }) }
}

export const none: Fault = { kind: 'none' }

/** @param wait the Retry-After */
export function busy(status: number, wait?: string): Fault {
  return { kind: 'status', status, ...(wait === undefined ? {} : { headers: { 'retry-after': wait } }) }
}
