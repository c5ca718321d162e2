/**
 * Stands in for inline-core.ts where bytes may not be compiled at run time (Cloudflare Workers): the engine
 * compiles the file.
 */

// @ts-expect-error: a module of the engine's, not of TypeScript's
import core from '../rowspace.wasm'
import type { CoreSource } from './core.ts'

export function bundledCore(): CoreSource | undefined {
  return core as WebAssembly.Module
}
