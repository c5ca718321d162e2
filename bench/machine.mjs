/** The machine and the engine, in their own words. */
import { cpus, totalmem } from 'node:os'
import { relaxedSimd } from 'wasm-feature-detect'

const hasRelaxedSimd = await relaxedSimd()

export function machine() {
  const processors = cpus()
  return {
    processor: processors[0]?.model.trim() ?? 'unknown',
    cores: processors.length,
    memoryBytes: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.version,
    simd: hasRelaxedSimd ? 'relaxed SIMD' : 'SIMD without relaxed',
  }
}

export function describeMachine({ processor, cores, memoryBytes, platform, node, simd }) {
  return `${cores} cores, ${processor}, ${Math.round(memoryBytes / 2 ** 30)} GiB, ${platform}, Node ${node}, ${simd}`
}
