/** A core for several threads. A part of its own, loaded on demand: most apps search by one thread. */
import { type CompiledModule, type CoreSource, readCore } from './core.ts'
import { withSharedMemory } from './shared-memory.ts'

/**
 * Compiles a core for memory that several threads share. Throws as compileCore, and a TypeError for a
 * compiled module, whose bytes are not to be had.
 */
export async function compileSharedCore(source: CoreSource): Promise<CompiledModule> {
  const core = await readCore(source)
  if (core instanceof WebAssembly.Module) throw new TypeError('a compiled core cannot share its memory')
  return WebAssembly.compile(withSharedMemory(core))
}
