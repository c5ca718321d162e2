/**
 * A model in several safetensors files and the index that says which tensor is in which.
 *
 * ```
 * { "metadata": { "total_size": … }, "weight_map": { "model.embed_tokens.weight":
 * "model-00001-of-00002.safetensors", … } }
 * ```
 * As Hugging Face's transformers write it: https://huggingface.co/docs/transformers/big_models
 */
import { RowspaceError } from '../../core/errors.ts'
import { readExactly } from '../../sources/blocks.ts'
import { type ByteSource, closeAll } from '../../sources/source.ts'
import { chooseTensor, firstKnownName } from '../choose-tensor.ts'
import type { FormatReader, ReaderOptions, TableFile } from '../format.ts'
import { invalidFormat, quoted, shownValue } from '../malformed.ts'
import { countElements } from '../tensor-table.ts'
import { decodeUtf8 } from '../text/utf8.ts'
import {
  MAX_HEADER_BYTES,
  readSafetensorsHeader,
  type SafetensorsHeader,
  type StoredTensor,
} from './header.ts'
import { headerEntries, isObject } from './header-json.ts'
import { SAFETENSORS_TYPES, safetensorsTable } from './reader.ts'

export const safetensorsIndexReader: FormatReader = {
  name: 'safetensors-index',
  types: SAFETENSORS_TYPES,
  takes: ['tensor', 'words'],
  recognises: (head) => /^\s*\{/.test(latin1(head.subarray(0, 64))) && latin1(head).includes('"weight_map"'),
  async open(source, _head, options) {
    const shards = new Shards(source, await readWeightMap(source, options), options.signal)
    try {
      return await openShards(shards, options)
    } catch (error) {
      await shards.close()
      throw error
    }
  },
}

const latin1 = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes)

async function openShards(shards: Shards, options: ReaderOptions): Promise<TableFile> {
  const { index, weightMap } = shards
  const likely = options.tensor ?? firstKnownName(weightMap) ?? ''
  const file = options.shards === 'table' ? weightMap.get(likely) : undefined
  const first = file === undefined ? undefined : await shards.open(file)
  // without its tensor, the choice and the list of what there is need all headers
  if (first?.header.tensors.get(likely)?.shape.length !== 2) await shards.openAll()
  const opened = await shards.opened()
  const tensors = new Map<string, StoredTensor>()
  for (const [name, file] of weightMap) {
    const tensor = opened.get(file)?.header.tensors.get(name)
    if (tensor !== undefined) tensors.set(name, tensor)
  }
  const { name } = chooseTensor(index, tensors, options.tensor)
  const { source, header } = await shards.open(weightMap.get(name) ?? '')
  const headers = [...opened.values()]
  const described = {
    ...safetensorsTable(source, header, { ...options, tensor: name }),
    headerBytes: headers.reduce((sum, shard) => sum + shard.header.headerBytes, index.size),
    parts: headers.map((shard) => shard.source),
  }
  if (options.shards === 'table') return described
  return {
    ...described,
    tensors: [...tensors.values()],
    parameters: countElements([...tensors.values()]),
    fileBytes: headers.reduce((sum, shard) => sum + shard.source.size, 0),
  }
}

interface Shard {
  readonly source: ByteSource
  readonly header: SafetensorsHeader
}

/** Headers that are read at once. */
const CONCURRENCY = 8

/** The files of a model, each opened once, when it is needed. */
class Shards {
  readonly #shards = new Map<string, Promise<Shard>>()
  /** The tensors that the index says are in each file: a large model has 90,000 in 160. */
  readonly #names = new Map<string, string[]>()

  constructor(
    readonly index: ByteSource,
    readonly weightMap: ReadonlyMap<string, string>,
    private readonly signal: AbortSignal | undefined,
  ) {
    for (const [name, file] of weightMap) {
      const names = this.#names.get(file)
      if (names === undefined) this.#names.set(file, [name])
      else names.push(name)
    }
  }

  open(file: string): Promise<Shard> {
    const opening = this.#shards.get(file) ?? this.#openOnce(file)
    this.#shards.set(file, opening)
    return opening
  }

  async openAll(): Promise<void> {
    const files = this.#names.keys()
    let failed = false
    const lane = async () => {
      try {
        for (const file of files) if (!failed) await this.open(file)
      } catch (error) {
        failed = true
        throw error
      }
    }
    const lanes = await Promise.allSettled(Array.from({ length: CONCURRENCY }, lane))
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason
  }

  async opened(): Promise<Map<string, Shard>> {
    const opened = new Map<string, Shard>()
    for (const [file, shard] of this.#shards) opened.set(file, await shard)
    return opened
  }

  async close(): Promise<void> {
    const shards = await Promise.allSettled(this.#shards.values())
    await closeAll(shards.flatMap((shard) => (shard.status === 'fulfilled' ? [shard.value.source] : [])))
  }

  async #openOnce(file: string): Promise<Shard> {
    this.signal?.throwIfAborted()
    const source = await this.index.sibling?.(file)
    if (source === undefined) {
      throw new RowspaceError(
        'NOT_FOUND',
        `${this.index.name} names the file "${file}", and there is none beside it. Copy or download all ` +
          'parts of the model.',
        { source: this.index.name, file },
      )
    }
    try {
      const header = await readSafetensorsHeader(source, this.signal)
      this.#check(file, header)
      return { source, header }
    } catch (error) {
      await source.close?.()
      throw error
    }
  }

  /**
   * The index and the header of a shard must say the same: parts of two versions of a model make no table.
   */
  #check(file: string, header: SafetensorsHeader): void {
    const fail = (name: string, problem: string) =>
      invalidFormat(
        this.index,
        `${problem}: parts of different versions? Copy or download all of them again.`,
        { tensor: name, file },
      )
    for (const name of this.#names.get(file) ?? []) {
      if (header.tensors.has(name)) continue
      throw fail(name, `the index says that tensor ${quoted(name)} is in "${file}", which does not have it`)
    }
    for (const name of header.tensors.keys()) {
      const place = this.weightMap.get(name)
      if (place === file) continue
      const said = place === undefined ? 'in no file' : `in "${place}"`
      throw fail(name, `tensor ${quoted(name)} is in "${file}", and the index says it is ${said}`)
    }
  }
}

/** Which file each tensor is in. */
async function readWeightMap(source: ByteSource, options: ReaderOptions): Promise<Map<string, string>> {
  if (source.size > MAX_HEADER_BYTES) {
    throw invalidFormat(source, `its ${source.size} bytes are too many for an index (${MAX_HEADER_BYTES}).`)
  }
  const bytes = await readExactly(source, 0, source.size, options.signal)
  const text = decodeUtf8(bytes, 'strict', { name: source.name, offset: 0 }).replace(/^\uFEFF/, '')
  const index = new Map(headerEntries({ source, what: 'the index', text, anyValue: true }))
  const map = index.get('weight_map')
  if (!isObject(map) || map.size === 0) {
    throw invalidFormat(source, 'its "weight_map" is not a JSON object that maps tensors to files.')
  }
  return new Map(Array.from(map, ([name, file]) => [name, checkedFile(source, name, file)]))
}

/** A file beside the index, and nowhere else. */
function checkedFile(source: ByteSource, name: string, file: unknown): string {
  if (typeof file === 'string' && /^[\w+=,()[\] -][\w.+=,()[\] -]{0,254}$/.test(file)) return file
  throw invalidFormat(
    source,
    `tensor ${quoted(name)} is said to be in ${shownValue(file)}; the name of a file beside the index ` +
      'was expected.',
    { tensor: name },
  )
}
