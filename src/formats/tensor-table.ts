/** A table that is one tensor among others in a file: what safetensors and GGUF share. */
import type { ByteSource } from '../sources/source.ts'
import type { TableFile, TensorInfo } from './format.ts'
import { invalidFormat, quoted, unsupported } from './malformed.ts'
import { type NumberRows, numberTable } from './number-table.ts'
import type { NumberType } from './number-types.ts'

/** A tensor and where its bytes [start, end) lie in the file. */
export interface PlacedTensor extends TensorInfo {
  /** Numbers in the tensor: the product of its shape. */
  readonly elements: number
  readonly start: number
  /** Undefined where the type is not known. */
  readonly end: number | undefined
}

/**
 * The tensors by name, in the order of their bytes: one after another from `start` on, each at the next
 * multiple of `alignment`, without overlap or hole. What no tensor covers could be another file.
 */
export function inOrder<Tensor extends PlacedTensor>(
  source: ByteSource,
  tensors: Iterable<Tensor>,
  start: number,
  alignment: number,
): ReadonlyMap<string, Tensor> {
  const byName = new Map<string, Tensor>()
  let expected: number | undefined = start
  const sorted = [...tensors].sort((a, b) => a.start - b.start || (a.end ?? a.start) - (b.end ?? b.start))
  for (const tensor of sorted) {
    const name = quoted(tensor.name)
    if (expected !== undefined && tensor.start !== expected) {
      const kind = tensor.start < expected ? 'overlaps the tensor before it' : 'leaves a hole before it'
      const problem = `tensor ${name} ${kind}: it starts at byte ${tensor.start}, expected ${expected}.`
      throw invalidFormat(source, problem, { tensor: tensor.name, expected, actual: tensor.start })
    }
    if (byName.has(tensor.name)) {
      throw invalidFormat(source, `the tensor ${name} comes twice.`, { tensor: tensor.name })
    }
    byName.set(tensor.name, tensor)
    expected = tensor.end === undefined ? undefined : Math.ceil(tensor.end / alignment) * alignment
  }
  return byName
}

/** @throws `UNSUPPORTED` unless the type of the tensor is one of `types` */
export function numberTypeOf(
  source: ByteSource,
  { name, dtype, shape }: TensorInfo,
  types: ReadonlyMap<string, NumberType>,
  remedy: string,
): NumberType {
  const type = types.get(dtype)
  if (type !== undefined) return type
  throw unsupported(
    source,
    `tensor ${quoted(name)} is ${dtype} [${shape}]; rows of ${[...types.keys()].join(', ')} are read. ` +
      `${remedy}`,
    { tensor: name, dtype },
  )
}

type TensorRows = Omit<NumberRows, 'start' | 'size' | 'dimension'> & { readonly tensor: PlacedTensor }

/**
 * The table of the tensor `rows.tensor`, of two dimensions.
 *
 * @param options.words a tensor that holds words, not parameters
 */
export function tensorTable(
  format: TableFile['format'],
  header: { readonly tensors: ReadonlyMap<string, PlacedTensor>; readonly headerBytes: number },
  { tensor, ...rows }: TensorRows,
  { limit, words }: { limit?: number | undefined; words?: PlacedTensor | undefined } = {},
): TableFile {
  const { name, shape, elements, start } = tensor
  if (elements === 0) {
    throw invalidFormat(
      rows.source,
      `tensor ${quoted(name)} has the shape [${shape}]: there are no rows in it.`,
    )
  }
  const [size = 0, dimension = 0] = shape
  const tensors = [...header.tensors.values()]
  return numberTable(
    { ...rows, start, size, dimension },
    {
      format,
      headerBytes: header.headerBytes,
      tensors,
      tensor: name,
      parameters: countElements(tensors.filter((each) => each !== words)),
    },
    limit,
  )
}

export function countElements(tensors: readonly { readonly elements: number }[]): number {
  return tensors.reduce((sum, { elements }) => sum + elements, 0)
}
