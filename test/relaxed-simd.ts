/** Relaxed SIMD for tests: Node 20 has it behind a flag of its engine's, later Node and Chromium as they are. */
import { type LinkRelaxed, loadRelaxed } from '../bindings/relaxed.ts'

const node = globalThis.process?.versions?.node

/** What links the kernels to a table; undefined where the engine has none, which a test may skip for. */
export async function relaxedKernels(threads = 1): Promise<LinkRelaxed | undefined> {
  if (node !== undefined && Number.parseInt(node, 10) < 22) {
    const { setFlagsFromString } = process.getBuiltinModule('node:v8')
    setFlagsFromString('--experimental-wasm-relaxed-simd')
  }
  return loadRelaxed(threads)
}
