/** Who takes part without anything being installed: plain JavaScript, rowspace, and reading alone. */
import { LOOPS } from './plain-js.mjs'

const at = (name) => new URL(`./contenders/${name}.mjs`, import.meta.url).href

export const PLAIN = Object.keys(LOOPS).map((loop) => ({
  name: loop,
  group: 'plain',
  module: at('plain-js'),
  options: { loop },
}))

const rowspace = (name, options) => ({
  name: `rowspace, ${name}`,
  group: 'rowspace',
  module: at('rowspace'),
  threads: options.threads ?? 1,
  batched: true,
  options,
})

export const FLOAT32 = rowspace('float32 scan', { codes: false })
export const CERTIFIED = rowspace('certified', {})
/** By the kernels of engines that have no relaxed SIMD, where this one has. */
export const PORTABLE = rowspace('certified, without relaxed SIMD', { portable: true })
export const FLOAT32_THREADS = rowspace('float32 scan, two threads', { codes: false, threads: 2 })
export const CERTIFIED_THREADS = rowspace('certified, two threads', { threads: 2 })
export const ROWSPACE = [FLOAT32, CERTIFIED, PORTABLE, FLOAT32_THREADS, CERTIFIED_THREADS]

/** `core` as bench/reading/compile.mjs gives it. */
export const readers = (core) =>
  [4, 1].map((bytesANumber) => ({
    name: `reading ${bytesANumber} byte${bytesANumber > 1 ? 's' : ''} a number`,
    group: 'reading',
    module: at('reading'),
    options: { core, bytesANumber },
  }))
