/**
 * Kernels with relaxed SIMD for the codes of a table (assembly/relaxed/), for the engines that have it: Node 22
 * and later, Chromium from 114. A part of its own, loaded where a table has codes.
 */
import {
  TABLE_CODE_BITS,
  TABLE_CODE_SUMS,
  TABLE_CODED_NORMS,
  TABLE_RELAXED,
  TABLE_WIDE_CODES,
  TABLE_WIDE_COLUMNS,
} from '../build/core-constants.ts'
import { inlineRelaxed } from '../build/relaxed.ts'
import type { CompiledModule, CoreExports, LinearMemory } from './core.ts'
import type { TableLayout } from './layout.ts'
import { linkRelaxed, type RelaxedExports } from './link-relaxed.ts'

/** Links the kernels to a core over a table's memory. */
export type LinkRelaxed = (core: CoreExports, layout: TableLayout, memory: LinearMemory) => RelaxedKernels

/** For fewer queries, or codes of 4 bits in shorter rows, the core's own kernels are as fast. */
const TOGETHER = 4
const WIDE_ROWS = 256

/** By whether the memory is shared. */
const compiled = new Map<boolean, Promise<CompiledModule | undefined>>()

/** What links the kernels for so many threads; undefined where the engine has no relaxed SIMD. */
export async function loadRelaxed(threads: number): Promise<LinkRelaxed | undefined> {
  const isShared = threads > 1
  // another engine may have refused bytes made at run time (Cloudflare Workers): then there are no kernels
  const compiling = compiled.get(isShared) ?? compileRelaxed(isShared).catch(() => undefined)
  compiled.set(isShared, compiling)
  const module = await compiling
  return module && ((core, layout, memory) => new RelaxedKernels(core, layout, memory, module))
}

async function compileRelaxed(isShared: boolean): Promise<CompiledModule> {
  // not by deflated.ts: shared with this part, it would be one more file that all apps load
  const deflated = new Blob([Uint8Array.from(atob(inlineRelaxed), (char) => char.charCodeAt(0))])
  const inflated = deflated.stream().pipeThrough(new DecompressionStream('deflate'))
  const bytes = new Uint8Array(await new Response(inflated).arrayBuffer())
  if (!isShared) return WebAssembly.compile(bytes)
  const { withSharedMemory } = await import('./shared-memory.ts')
  return WebAssembly.compile(withSharedMemory(bytes))
}

export class RelaxedKernels {
  private readonly words: Uint32Array
  private readonly kernels: RelaxedExports
  private readonly place: number
  /** Rows that the kernels know. */
  private known = 0

  constructor(
    core: CoreExports,
    private readonly layout: TableLayout,
    memory: LinearMemory,
    /** For other threads, which link it themselves. */
    readonly module: CompiledModule,
  ) {
    const { kernels, place } = linkRelaxed(core, module, memory)
    this.kernels = kernels
    this.place = place
    this.words = new Uint32Array(memory.buffer, layout.table)
    // the lists of assembly/relaxed/, of 64 bytes and up to three rows more than there are
    let at = layout.relaxed
    for (const [field, bytes] of [
      [TABLE_WIDE_COLUMNS, 0],
      [TABLE_WIDE_CODES, 8],
      [TABLE_CODED_NORMS, 4],
      [TABLE_CODE_SUMS, 4],
    ] as const) {
      this.words[field] = at
      at += layout.capacity * bytes + 64
    }
  }

  /** Before a search of the first `size` rows, which have codes, for so many queries. */
  prepare(size: number, queries: number): void {
    const { kernels, words } = this
    const { table, codeStride } = this.layout
    const isPacked = words[TABLE_CODE_BITS] === 4
    words[TABLE_RELAXED] = !isPacked || queries >= TOGETHER || codeStride >= WIDE_ROWS ? this.place : 0
    if (size <= this.known) return
    if (this.known === 0 && !isPacked) kernels.chooseColumns(table, size)
    kernels.addRows(table, this.known, size)
    kernels.measureRows(table, size)
    this.known = size
  }

  /** After the codes of rows [from, to) changed. */
  update(from: number, to: number): void {
    this.kernels.addRows(this.layout.table, from, Math.min(to, this.known))
  }

  /** Before all codes change. */
  forget(): void {
    this.known = 0
    this.words[TABLE_RELAXED] = 0
  }
}
