/** A table that is one tensor among others in a file: what safetensors and GGUF share. */
import type { BlockOptions } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import type {
  FileRows,
  FormatName,
  LoadedRows,
  LoadOptions,
  StoredType,
  TableFile,
  TensorInfo,
} from './format.ts'
import { checkTarget, copyNumbers, ProgressReporter } from './loading.ts'
import { invalidFormat, quoted, unsupported } from './malformed.ts'
import { NUMBER_TYPES, type NumberType, rowsOfNumbers, widenNumbers } from './widen.ts'

/** A tensor and where its bytes [start, end) lie in the file. */
export interface PlacedTensor extends TensorInfo {
  /** Numbers in the tensor: the product of its shape. */
  readonly elements: number
  readonly start: number
  /** Undefined where the type is not known. */
  readonly end: number | undefined
}

export interface TensorTableParts<Tensor extends PlacedTensor> {
  readonly source: ByteSource
  readonly header: { readonly tensors: ReadonlyMap<string, Tensor>; readonly headerBytes: number }
  /** The tensor that is the table, of two dimensions. */
  readonly rows: Tensor
  readonly dtype: StoredType
  /** A tensor that holds words, not parameters. */
  readonly words?: Tensor | undefined
}

export abstract class TensorTable<Tensor extends PlacedTensor> implements TableFile {
  abstract readonly format: FormatName
  readonly dtype: StoredType
  readonly size: number
  readonly dimension: number
  readonly elementType?: 'bf16' | 'f16'
  readonly headerBytes: number
  readonly tensors: readonly Tensor[]
  readonly tensor: string
  readonly parameters: number
  /** Left out for blocks of codes, which are read in long runs. */
  readonly openRows?: (options?: LoadOptions) => Promise<FileRows>
  /** The file the tensor is in: one of the parts where a model has several. */
  protected readonly file: ByteSource
  protected readonly rows: Tensor
  /** Bytes that are read before the rows. */
  protected leadBytes = 0

  constructor({ source, header, rows, dtype, words }: TensorTableParts<Tensor>) {
    const [size = 0, dimension = 0] = rows.shape
    this.file = source
    this.rows = rows
    this.dtype = dtype
    if (dtype === 'bf16' || dtype === 'f16') this.elementType = dtype
    this.size = size
    this.dimension = dimension
    this.headerBytes = header.headerBytes
    this.tensors = [...header.tensors.values()]
    this.tensor = rows.name
    const counted = this.tensors.filter((tensor) => tensor !== words)
    this.parameters = counted.reduce((sum, { elements }) => sum + elements, 0)
    if (rows.elements === 0) {
      const problem = `tensor ${quoted(rows.name)} has the shape [${rows.shape}]: there are no rows in it.`
      throw invalidFormat(source, problem)
    }
    const type = NUMBER_TYPES.get(rows.dtype)
    if (type === undefined) return
    this.openRows = async ({ signal } = {}) => ({
      tokens: await this.readTokens(signal),
      read: this.rowReader(type),
    })
  }

  load(target: Float32Array, options: LoadOptions = {}): Promise<LoadedRows> {
    return this.#load(target, options, (blockOptions) => this.widen(target, blockOptions))
  }

  loadBits(target: Uint16Array, options: LoadOptions = {}): Promise<LoadedRows> {
    const copy = (blockOptions: BlockOptions) => copyNumbers(this.file, this.rows.start, target, blockOptions)
    return this.#load(target, options, copy)
  }

  /** Reads the rows into `target` as float32. */
  protected widen(target: Float32Array, options: BlockOptions): Promise<void> {
    const { dtype, start } = this.rows
    const type = NUMBER_TYPES.get(dtype)
    if (type === undefined || dtype === 'F32') return copyNumbers(this.file, start, target, options)
    return widenNumbers(this.file, start, type, target, this.dimension, options)
  }

  /** Returns how rows [start, end) are read. */
  protected rowReader(type: NumberType): FileRows['read'] {
    return rowsOfNumbers(this.file, this.rows.start, type, this.dimension)
  }

  /** The words that the file has for its rows. */
  protected async readTokens(_signal: AbortSignal | undefined): Promise<readonly string[] | undefined> {
    return undefined
  }

  async #load(
    target: Float32Array | Uint16Array,
    options: LoadOptions,
    fill: (options: BlockOptions) => Promise<void>,
  ): Promise<LoadedRows> {
    const { size, dimension, rows, leadBytes } = this
    checkTarget(target, size, dimension)
    const progress = new ProgressReporter(options, leadBytes + (rows.end ?? rows.start) - rows.start)
    // words first: if they do not fit the rows, nobody waits for the rows
    const tokens = await this.readTokens(options.signal)
    await fill(progress.blockOptions(options, leadBytes))
    return progress.finish({ size, tokens, duplicates: 0 })
  }
}

/** @throws `UNSUPPORTED` unless the type of `rows` is one of `types` */
export function storedType(
  source: ByteSource,
  { name, dtype, shape }: TensorInfo,
  types: ReadonlyMap<string, StoredType>,
  remedy: string,
): StoredType {
  const stored = types.get(dtype)
  if (stored !== undefined) return stored
  throw unsupported(
    source,
    `tensor ${quoted(name)} is ${dtype} [${shape}]; rows of ${[...types.keys()].join(', ')} are read. ${remedy}`,
    { tensor: name, dtype },
  )
}
