/** The hub's list of a repository's files. A server sent it, so only plain paths in it are trusted. */
import { RowspaceError } from '../core/errors.ts'
import { readExactly } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import { type HubName, hubNameText, isPlainPath } from './name.ts'

/** More than any repository: a hundred thousand files. */
const MAX_LISTING_BYTES = 1 << 25

/**
 * Reads `{ "siblings": [{ "rfilename": "model.safetensors" }, …] }`. Paths that lead out of the repository,
 * or that no name could hold, are left out.
 *
 * @throws `IO` if it is too large, not JSON, or of another shape
 */
export async function readListing(
  name: HubName,
  source: ByteSource,
  signal?: AbortSignal,
): Promise<string[]> {
  if (source.size > MAX_LISTING_BYTES) throw listingError(name, `is ${source.size} bytes long`)
  const text = new TextDecoder().decode(await readExactly(source, 0, source.size, signal))
  const { siblings } = parseObject(name, text)
  if (siblings === undefined) return []
  if (!Array.isArray(siblings)) throw listingError(name, 'has siblings that are not a list')
  return siblings
    .map((entry) => (entry as { rfilename?: unknown } | null)?.rfilename)
    .filter((path) => typeof path === 'string')
    .filter(isPlainPath)
}

function parseObject(name: HubName, text: string): { siblings?: unknown } {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw listingError(name, 'is not JSON', cause)
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  throw listingError(name, 'is not a JSON object')
}

function listingError(name: HubName, problem: string, cause?: unknown): RowspaceError {
  const text =
    `${hubNameText(name)}: the list of its files ${problem}. Name the file: ` +
    `${hubNameText({ ...name, file: 'file' })}.`
  return new RowspaceError('IO', text, { name: hubNameText(name), cause })
}
