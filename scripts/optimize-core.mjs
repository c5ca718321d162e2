/**
 * Binaryen's passes once more over what asc has made, with other limits of inlining: asc inlines either calls
 * of up to 65 nodes, which makes the core a tenth larger, or none. Calls of up to 40 make scans a quarter
 * faster for 60 bytes of a bundle.
 */
import binaryen from 'assemblyscript/binaryen'

const INLINED_NODES = 40
const INLINED_NODES_OF_ONE_CALLER = 200

const FEATURES = [
  'Atomics',
  'BulkMemory',
  'BulkMemoryOpt',
  'MutableGlobals',
  'NontrappingFPToInt',
  'SignExt',
  'SIMD128',
  'RelaxedSIMD',
]

/** The optimized bytes of a core, without its exports named in `dropped`. */
export function optimizeCore(bytes, dropped = []) {
  const core = binaryen.readBinary(bytes)
  for (const name of dropped) core.removeExport(name)
  core.setFeatures(FEATURES.reduce((all, name) => all | binaryen.Features[name], 0))
  binaryen.setOptimizeLevel(3)
  binaryen.setShrinkLevel(0)
  binaryen.setFlexibleInlineMaxSize(INLINED_NODES)
  binaryen.setOneCallerInlineMaxSize(INLINED_NODES_OF_ONE_CALLER)
  for (let round = 0; round < 3; round++) core.optimize()
  core.runPasses(['reorder-functions', 'reorder-locals', 'vacuum'])
  const optimized = core.emitBinary()
  core.dispose()
  return optimized
}
