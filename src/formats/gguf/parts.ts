/**
 * A model in several files, as llama.cpp's gguf-split writes them: `model-00001-of-00003.gguf` has the metadata
 * of all, and any of them has the table.
 */
import { RowspaceError } from '../../core/errors.ts'
import { type ByteSource, closeAll } from '../../sources/source.ts'
import { firstKnownName } from '../choose-tensor.ts'
import type { ReaderOptions } from '../format.ts'
import { invalidFormat, quoted } from '../malformed.ts'
import type { PlacedTensor } from '../tensor-table.ts'
import { type GgufHeader, readGgufHeader } from './header.ts'

interface Part {
  readonly source: ByteSource
  readonly header: GgufHeader
}

/** A tensor and the file that it is in. */
export interface PartTensor extends PlacedTensor {
  readonly source: ByteSource
}

export interface GgufModel extends Pick<GgufHeader, 'tokens' | 'tokenizer' | 'headerBytes'> {
  readonly tensors: ReadonlyMap<string, PartTensor>
  /** The given file. */
  readonly source: ByteSource
  /** Other parts that were opened. */
  readonly others: readonly ByteSource[]
  /** Bytes of all files that were opened. */
  readonly fileBytes: number
}

/** Files of one model: the largest have some 200. */
const MAX_PARTS = 10_000

/**
 * The model that `source` is a part of, or all of. With `shards: 'table'` parts are opened until one has the
 * table. A part under another name, and one with no files beside it, is read alone.
 *
 * @throws `NOT_FOUND` naming a part that is missing, `INVALID_FORMAT` if the parts do not belong together
 */
export async function openGgufModel(source: ByteSource, options: ReaderOptions): Promise<GgufModel> {
  const given = { source, header: await readGgufHeader(source, options) }
  const names = partNames(given)
  const parts = [given]
  try {
    for (const [number, name] of names.entries()) {
      if (number === given.header.split.number) continue
      // the first one has the tokens
      if (number > 0 && options.shards === 'table' && hasTable(parts, options.tensor)) break
      parts.push(await openPart(given, number, name, options))
    }
    return model(given, parts, names.length === parts.length)
  } catch (error) {
    await closeAll(parts.slice(1).map((part) => part.source))
    throw error
  }
}

/** The names of all parts, this one's too; none where it is all there is, or where its name is another. */
function partNames({ source, header: { split } }: Part): string[] {
  if (split.count < 2 || source.sibling === undefined) return []
  if (split.count > MAX_PARTS || split.number >= split.count) {
    throw invalidFormat(
      source,
      `it claims to be part ${split.number + 1} of ${split.count}; at most ${MAX_PARTS} are read.`,
    )
  }
  const file = source.name.replace(/[?#].*$/, '').replace(/^.*[/\\]/, '')
  const ending = (number: number) => `-${fiveDigits(number + 1)}-of-${fiveDigits(split.count)}.gguf`
  if (!file.endsWith(ending(split.number))) return []
  const stem = file.slice(0, -ending(split.number).length)
  return Array.from({ length: split.count }, (_, number) => stem + ending(number))
}

const fiveDigits = (number: number) => String(number).padStart(5, '0')

function hasTable(parts: readonly Part[], tensor: string | undefined): boolean {
  const has = ({ header }: Part) =>
    tensor === undefined ? firstKnownName(header.tensors) !== undefined : header.tensors.has(tensor)
  return parts.some(has)
}

async function openPart(given: Part, number: number, name: string, options: ReaderOptions): Promise<Part> {
  options.signal?.throwIfAborted()
  const source = await given.source.sibling?.(name)
  if (source === undefined) {
    const { name: from } = given.source
    throw new RowspaceError(
      'NOT_FOUND',
      `${from} is one of ${given.header.split.count} parts, and there is no "${name}" beside it. Copy or ` +
        'download all parts of the model.',
      { source: from, file: name },
    )
  }
  try {
    const header = await readGgufHeader(source, options)
    const { split } = header
    if (split.number === number && split.count === given.header.split.count) return { source, header }
    const said = `part ${split.number + 1} of ${split.count}`
    throw mixed(
      source,
      `its name says part ${number + 1} of ${given.header.split.count}, and its header ${said}`,
    )
  } catch (error) {
    await source.close?.()
    throw error
  }
}

function model(given: Part, parts: readonly Part[], isWhole: boolean): GgufModel {
  const tensors = new Map<string, PartTensor>()
  for (const { source, header } of parts) {
    for (const [name, tensor] of header.tensors) {
      if (tensors.has(name)) throw mixed(source, `the tensor ${quoted(name)} is in another part too`)
      tensors.set(name, { ...tensor, source })
    }
  }
  const expected = given.header.split.tensors
  if (isWhole && expected !== undefined && tensors.size !== expected) {
    throw mixed(given.source, `its parts should hold ${expected} tensors, and hold ${tensors.size}`)
  }
  const described = parts.find(({ header }) => header.tokens !== undefined) ?? given
  return {
    tokens: described.header.tokens,
    tokenizer: described.header.tokenizer,
    headerBytes: parts.reduce((sum, { header }) => sum + header.headerBytes, 0),
    tensors,
    source: given.source,
    others: parts.slice(1).map(({ source }) => source),
    fileBytes: parts.reduce((sum, { source }) => sum + source.size, 0),
  }
}

function mixed(source: ByteSource, problem: string): RowspaceError {
  return invalidFormat(source, `${problem}: parts of different versions? Copy or download all of them again.`)
}
