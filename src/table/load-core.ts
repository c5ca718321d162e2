/** Which compiled core a table runs on, and its failures in rowspace's own words. */

import { type CompiledModule, type CoreSource, compileCore } from '../../bindings/core.ts'
import { canShareMemory, hardwareThreads, MAX_THREADS } from '../../bindings/hardware.ts'
import { bundledCore } from '../../bindings/inline-core.ts'
import { MIN_BLOCK_ROWS, MIN_SCAN_BYTES, QUESTIONS, type TableShape } from '../../bindings/layout.ts'
import {
  MemoryExhaustedError,
  type ReservedMemory,
  reserveMemory,
  rowViews,
  type StoredRows,
} from '../../bindings/memory.ts'
import { TableMemory } from '../../bindings/table-memory.ts'
import { MAX_CODED_COLUMNS } from '../../build/core-constants.ts'
import { RowspaceError } from '../core/errors.ts'
import type { Codes, TableOptions, ThreadCount } from '../core/options.ts'
import { invalidArgument } from '../core/values.ts'

export type { CoreSource }

type Compile<Result> = (source: CoreSource) => Promise<Result>

/** What has been compiled from the core in the bundle. */
const bundled = new Map<Compile<unknown>, Promise<unknown>>()

function compileBundled<Result>(compile: Compile<Result>): Promise<Result> | undefined {
  const known = bundled.get(compile)
  if (known !== undefined) return known as Promise<Result>
  const source = bundledCore()
  if (source === undefined) return undefined
  const compiled = compile(source)
  bundled.set(compile, compiled)
  return compiled
}

/**
 * Compiles a core once, to make several tables with. They search by one thread: for several, hand over its
 * bytes or URL.
 *
 * @throws RowspaceError `UNSUPPORTED` where the engine has no WebAssembly SIMD; `IO` where the core cannot be
 * had; `INVALID_ARGUMENT` for another module.
 */
export function loadCore(source?: CoreSource): Promise<CompiledModule> {
  return load(source, compileCore)
}

async function load(
  source: CoreSource | undefined,
  compile: Compile<CompiledModule>,
): Promise<WebAssembly.Module> {
  let module: CompiledModule | undefined
  let cause: unknown
  try {
    module = await (source === undefined ? compileBundled(compile) : compile(source))
    if (module && WebAssembly.Module.exports(module).some(({ name }) => name === 'planQuestion'))
      return module
  } catch (error) {
    cause = error
  }
  const { reasonOf } = await import('./core-errors.ts')
  throw new RowspaceError(...(await reasonOf(module, cause)), { cause })
}

/** Rows of fewer bytes lie in the processor's caches, where codes gain little. */
const MIN_CODED_BYTES = 1 << 20
const CODES: readonly unknown[] = [undefined, true, false, 'int8', 'int4']

/** Whether a table gets codes: as given, else where they pay. */
export function wantsCodes({ capacity, dimension }: TableSize, codes: Codes | undefined): boolean {
  if (!CODES.includes(codes)) {
    throw invalidArgument("codes must be true, false, 'int8' or 'int4'", codes)
  }
  if (codes === false || dimension > MAX_CODED_COLUMNS) return false
  return codes !== undefined || (dimension >= 16 && capacity * dimension * 4 >= MIN_CODED_BYTES)
}

type TableSize = Omit<TableShape, 'codes' | 'threads'>

/** Tables of fewer bytes are searched before another thread has woken. */
const MIN_SHARED_BYTES = 1 << 22
/** More threads than this share the memory's bandwidth without gain. */
const MAX_AUTOMATIC_THREADS = 16

/** Threads that can have a part in a question, or in the largest batch: others would sleep for ever. */
function usefulThreads(capacity: number, dimension: number): number {
  return capacity * dimension * 4 * QUESTIONS < MIN_SCAN_BYTES ? 1 : Math.ceil(capacity / MIN_BLOCK_ROWS)
}

/** Threads that a table gets: as given; one where memory cannot be shared or the table is too small. */
export function wantedThreads({ capacity, dimension }: TableSize, threads: ThreadCount = 1): number {
  if (threads !== 'auto' && !(Number.isSafeInteger(threads) && threads >= 1 && threads <= MAX_THREADS)) {
    throw invalidArgument(`threads must be 'auto' or an integer from 1 to ${MAX_THREADS}`, threads)
  }
  if (!canShareMemory()) return 1
  if (threads !== 'auto') return Math.min(threads, usefulThreads(capacity, dimension))
  return capacity * dimension * 4 < MIN_SHARED_BYTES ? 1 : Math.min(hardwareThreads(), MAX_AUTOMATIC_THREADS)
}

/** What a memory is made from. */
export interface MemoryRequest extends TableSize {
  codes: Codes | undefined
  threads: TableOptions['threads']
}

/** Room for a table. Rows may be put there at once, while the core is on its way. */
export interface TableRoom {
  readonly rows: StoredRows
  readonly rowScales: Float32Array
  /** The same memory with a core over it. Throws what loadCore throws. */
  open(): Promise<TableMemory>
}

/**
 * Room for a table of this shape, with room for codes where they pay and fit, or where the caller wants them.
 * Throws `OUT_OF_MEMORY` with the bytes that it needs.
 */
export function reserveRoom(core: CoreSource | undefined, request: MemoryRequest): TableRoom {
  const { threads: given } = request
  const count = typeof given === 'object' && given ? given.count : given
  const wanted = wantedThreads(request, count)
  // what is compiled already cannot be made to share its memory
  const isCompiled = wanted > 1 && (core ?? bundledCore()) instanceof WebAssembly.Module
  const threads = isCompiled ? 1 : wanted
  const shape = { ...request, codes: wantsCodes(request, request.codes), threads }
  const memory = reserve(shape, request.codes === undefined)
  return {
    ...rowViews(memory),
    async open() {
      // loaded on demand: most apps search by one thread
      const isMore = threads > 1 || count !== given
      const several = isMore ? (await import('./several-threads.ts')).readThreads(given, threads) : undefined
      const module = await load(core, several ? several.compileSharedCore : compileCore)
      // a core of the caller's may be of another version
      const usesRelaxed = core === undefined && memory.layout.hasCodes
      const relaxed = usesRelaxed ? await import('../../bindings/relaxed.ts') : undefined
      return TableMemory.create(module, memory, several?.startThreads, await relaxed?.loadRelaxed(threads))
    },
  }
}

/** A memory for a table, as reserveRoom. Throws also what loadCore throws. */
export async function createMemory(
  core: CoreSource | undefined,
  request: MemoryRequest,
): Promise<TableMemory> {
  return reserveRoom(core, request).open()
}

function reserve(shape: TableShape, canDoWithoutCodes: boolean): ReservedMemory {
  try {
    return reserveMemory(shape)
  } catch (cause) {
    if (!(cause instanceof MemoryExhaustedError)) throw cause
    if (shape.codes && canDoWithoutCodes) return reserve({ ...shape, codes: false }, false)
    const { byteLength } = cause
    throw new RowspaceError(
      'OUT_OF_MEMORY',
      `a table of ${shape.capacity} x ${shape.dimension} needs ${byteLength} bytes, more than the ` +
        'engine gives or than the 4 GiB of one memory: free memory, or load fewer rows.',
      { byteLength, cause },
    )
  }
}
