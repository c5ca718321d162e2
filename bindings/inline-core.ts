/** The core that travels inside the bundle. The slim and workerd builds put another file in this one's place. */
import { inlineCore } from '../build/inline.ts'
import type { CoreSource } from './core.ts'

/** The bytes of rowspace.wasm, or undefined in a build that carries none. */
export function bundledCore(): CoreSource | undefined {
  return Uint8Array.from(atob(inlineCore), (character) => character.charCodeAt(0))
}
