/** Runs the sections and reports their digests, and what the engine has. */
import { relaxedSimd } from 'wasm-feature-detect'
import { digestOf } from './digest.ts'
import { SECTIONS } from './sections.ts'

export interface Report {
  /** The digest of each section's answers. */
  sections: Record<string, string>
  /** Whether the engine has relaxed SIMD. */
  relaxed: boolean
  /** The most threads that a table had; 1 where the engine has none for it. */
  threads: number
  milliseconds: number
}

/** Milliseconds that workers get to start, before the engine counts as one without threads. */
const PATIENCE = 60_000

export async function report(): Promise<Report> {
  const begun = Date.now()
  let most = 1
  let hasThreads = canHaveThreads()
  const threads = async (table: { readonly threads: number }, wanted: number) => {
    const end = Date.now() + PATIENCE
    while (hasThreads && table.threads < wanted && Date.now() < end) await pause(2)
    if (table.threads < wanted) hasThreads = false
    most = Math.max(most, table.threads)
  }
  const sections: Record<string, string> = {}
  for (const [name, section] of Object.entries(SECTIONS)) {
    sections[name] = await digestOf(await section(threads))
  }
  return { sections, relaxed: await relaxedSimd(), threads: most, milliseconds: Date.now() - begun }
}

function canHaveThreads(): boolean {
  // workerd has the names, and no workers
  if (globalThis.navigator?.userAgent === 'Cloudflare-Workers') return false
  return typeof SharedArrayBuffer !== 'undefined' && globalThis.crossOriginIsolated !== false
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
