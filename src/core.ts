/** Which compiled core a table runs on, and its failures in rowspace's own words. */
import { type CoreSource, compileCore, SimdMissingError } from '../bindings/core.ts'
import { bundledCore } from '../bindings/inline-core.ts'
import type { TableShape } from '../bindings/layout.ts'
import { MemoryExhaustedError, TableMemory } from '../bindings/table-memory.ts'
import { RowspaceError } from './errors.ts'

export type { CoreSource }

let bundled: Promise<WebAssembly.Module> | undefined

function bundledModule(): Promise<WebAssembly.Module> {
  if (bundled !== undefined) return bundled
  const source = bundledCore()
  if (source === undefined) {
    throw new RowspaceError(
      'INVALID_ARGUMENT',
      'this build carries no core: pass { core } with the URL, Response, bytes or WebAssembly.Module of rowspace/rowspace.wasm',
    )
  }
  bundled = compileCore(source)
  return bundled
}

/**
 * Compiles a core once, to make several tables with.
 *
 * @throws RowspaceError `UNSUPPORTED` where the engine has no WebAssembly SIMD; `IO` where the core cannot be had.
 */
export async function loadCore(source?: CoreSource): Promise<WebAssembly.Module> {
  let module: WebAssembly.Module
  try {
    module = await (source === undefined ? bundledModule() : compileCore(source))
  } catch (cause) {
    if (cause instanceof RowspaceError) throw cause
    if (cause instanceof SimdMissingError) {
      throw new RowspaceError(
        'UNSUPPORTED',
        'rowspace needs WebAssembly SIMD (simd128): Chrome 91, Firefox 89, Safari 16.4, Node 16.4 or newer',
        { cause },
      )
    }
    throw new RowspaceError('IO', `the core could not be loaded: ${(cause as Error).message}`, { cause })
  }
  if (WebAssembly.Module.exports(module).some(({ name }) => name === 'memoryBase')) return module
  throw new RowspaceError(
    'INVALID_ARGUMENT',
    'this WebAssembly module is another than rowspace/rowspace.wasm',
  )
}

/** Rows of fewer bytes lie in the processor's caches, where codes gain little. */
const LEAST_CODED_BYTES = 1 << 20
/** The bounds of assembly/certify.ts hold for up to this many columns. */
const MOST_CODED_COLUMNS = 65_536

/** Whether a table gets codes: as asked for, else where they pay. */
export function wantsCodes({ capacity, dimension }: TableSize, asked: boolean | undefined): boolean {
  if (asked === false || dimension > MOST_CODED_COLUMNS) return false
  return asked === true || (dimension >= 16 && capacity * dimension * 4 >= LEAST_CODED_BYTES)
}

type TableSize = Omit<TableShape, 'codes'>

/**
 * A memory for a table of this shape, with room for codes where they pay and fit, or where they are asked for. Throws
 * `OUT_OF_MEMORY` with the bytes asked for.
 */
export async function createMemory(
  core: CoreSource | undefined,
  shape: TableSize & { codes: boolean | undefined },
): Promise<TableMemory> {
  const module = await loadCore(core)
  const codes = wantsCodes(shape, shape.codes)
  try {
    return await TableMemory.create(module, { ...shape, codes })
  } catch (cause) {
    if (cause instanceof MemoryExhaustedError && codes && shape.codes === undefined) {
      return createMemory(module, { ...shape, codes: false })
    }
    if (!(cause instanceof MemoryExhaustedError)) throw cause
    const { capacity, dimension } = shape
    throw new RowspaceError(
      'OUT_OF_MEMORY',
      `a table of ${capacity} x ${dimension} needs ${cause.byteLength} bytes in one memory, which ` +
        (cause.byteLength >= 2 ** 32 - 65_536
          ? 'holds 4 GiB at most: load fewer rows'
          : 'the engine would not give: free some and try again'),
      { byteLength: cause.byteLength, cause },
    )
  }
}
