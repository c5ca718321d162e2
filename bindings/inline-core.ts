/**
 * The core that travels inside the package. The build gives it to the doors, all but slim
 * (scripts/build.mjs).
 */
import { inlineCore } from '../build/inline.ts'
import type { CoreSource } from './core.ts'
import { inflate } from './deflated.ts'

/** rowspace.wasm. Deflated, it makes a bundle 1.7 KB smaller after gzip. */
export function bundledCore(): CoreSource | undefined {
  // Stryker disable next-line all: without the type it is compiled in another way, to the same core
  return new Response(inflate(inlineCore), { headers: { 'content-type': 'application/wasm' } })
}
