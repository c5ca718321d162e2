/**
 * The header of an npy file.
 *
 * ```
 * | \x93NUMPY | major minor | length: u16 LE (version 1) or u32 LE (2, 3) | a Python dict, padded | data
 * 0           6             8                                             10 or 12
 * ```
 * Spec: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { readExactly } from '../../sources/blocks.ts'
import type { ByteSource } from '../../sources/source.ts'
import { invalidFormat, isCount, MAX_DIMENSIONS, truncated, unsupported } from '../malformed.ts'

export interface NpyHeader {
  /** As numpy writes it: '<f4'. */
  readonly descr: string
  /** Columns lie one after the other instead of rows. */
  readonly fortranOrder: boolean
  readonly shape: readonly number[]
  /** Bytes before the data. */
  readonly headerBytes: number
}

export const NPY_MAGIC: readonly number[] = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

/** What a header of version 1 can have, and more than arrays need: 64 dimensions take 1,500 bytes. */
const MAX_HEADER_BYTES = 65_535

/**
 * @throws `TRUNCATED`, `UNSUPPORTED` for a version after 3, `INVALID_FORMAT` for what numpy does not write
 */
export async function readNpyHeader(source: ByteSource, signal?: AbortSignal): Promise<NpyHeader> {
  if (source.size < 12) throw truncated(source, 'the start of an npy header', 12)
  const start = await readExactly(source, 0, 12, signal)
  const view = new DataView(start.buffer, start.byteOffset, 12)
  const major = view.getUint8(6)
  if (major < 1 || major > 3) {
    const problem = `npy version ${major}.${view.getUint8(7)}; versions 1, 2 and 3 are known.`
    throw unsupported(source, problem, { version: major })
  }
  const from = major === 1 ? 10 : 12
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  const end = from + length
  if (end > source.size) throw truncated(source, 'its npy header', end)
  if (length > MAX_HEADER_BYTES) {
    const problem =
      `its npy header claims ${length} bytes; at most ${MAX_HEADER_BYTES} are read, and a table needs ` +
      'some hundred.'
    throw invalidFormat(source, problem, { headerBytes: length })
  }
  const bytes = await readExactly(source, from, end, signal)
  // Latin-1 in versions 1 and 2, UTF-8 in version 3; they differ in field names of structured arrays only.
  const text = new TextDecoder('latin1').decode(bytes)
  return { ...parseDict(source, text), headerBytes: end }
}

/** One entry of the dict: a key, and a string, True, False or a tuple, up to the comma or the brace. */
const VALUE = /(?<quote>['"])(?<string>[^'"]*)\k<quote>|(?<boolean>True|False)|\((?<tuple>[\d\sL,]*)\)/
const ENTRY = new RegExp(
  String.raw`\s*(['"])(?<key>\w+)\1\s*:\s*(?:${VALUE.source})\s*(,\s*(?=\})|,|(?=\}))`,
  'y',
)

function parseDict(source: ByteSource, text: string): Omit<NpyHeader, 'headerBytes'> {
  const invalid = (problem: string) =>
    invalidFormat(source, `its npy header ${problem}: ${JSON.stringify(text.slice(0, 120).trimEnd())}.`)
  const trimmed = text.trim()
  if (!trimmed.startsWith('{') || !trimmed.endsWith('}')) throw invalid('is not a Python dict')
  const entries = new Map<string, string | boolean | number[]>()
  ENTRY.lastIndex = 1
  while (ENTRY.lastIndex < trimmed.length - 1) {
    const { key, string, boolean, tuple = '' } = ENTRY.exec(trimmed)?.groups ?? {}
    if (key === undefined) {
      // a list of fields is the type of a structured array
      const isStructured = /['"]descr['"]\s*:\s*\[/.test(trimmed)
      throw isStructured
        ? unsupported(source, 'a structured npy array is no table.')
        : invalid('cannot be read')
    }
    if (entries.has(key)) throw invalid(`has the key ${key} twice`)
    entries.set(key, string ?? (boolean ? boolean === 'True' : parseTuple(tuple)))
  }
  const descr = entries.get('descr')
  const fortranOrder = entries.get('fortran_order')
  const shape = entries.get('shape')
  if (typeof descr !== 'string' || typeof fortranOrder !== 'boolean' || !Array.isArray(shape)) {
    throw invalid('lacks one of descr, fortran_order and shape')
  }
  if (entries.size !== 3) throw invalid('has keys besides descr, fortran_order and shape')
  if (!shape.every(isCount)) throw invalid('has a shape that is not a tuple of integers')
  if (shape.length > MAX_DIMENSIONS) throw invalid(`has a shape of more than ${MAX_DIMENSIONS} dimensions`)
  return { descr, fortranOrder, shape }
}

/** `(3, 4)`, `(3L, 4L)` of Python 2, `(5,)`, `()`; NaN where a number is missing. */
function parseTuple(tuple: string): number[] {
  if (tuple.trim() === '') return []
  const items = tuple.replace(/,\s*$/, '').split(',')
  return items.map((item) => (/^\s*\d+L?\s*$/.test(item) ? Number.parseInt(item, 10) : Number.NaN))
}
