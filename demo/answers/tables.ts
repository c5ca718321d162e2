/** Where tables come from: the page's own folder, an address, the hub, a file. */
import { type EmbeddingTable, openTable, type SourceLike } from 'rowspace'

export type OnProgress = (done: number, total: number) => void
/** An address, a model's name (`hf:owner/name`), or a file. */
export type TableSource = string | File

const DEFAULT_TABLE = 'glove-20k.safetensors'
export const defaultAddress = (): string => new URL(DEFAULT_TABLE, location.href).href
const GPT2_SIZE = 50_257

/** The default table, fetched whole: it needs no more of a host than to serve files. */
export async function openDefault(signal: AbortSignal, onProgress: OnProgress): Promise<EmbeddingTable> {
  const response = await fetch(defaultAddress(), { signal })
  if (!response.ok) throw new Error(`${DEFAULT_TABLE} answered ${response.status} ${response.statusText}`)
  // other threads take longer to wake than one to search it
  return openTable(await readAll(response, onProgress), { signal })
}

async function readAll(response: Response, onProgress: OnProgress): Promise<Blob> {
  const total = Number(response.headers.get('content-length')) || 2_200_000
  const blocks: Uint8Array<ArrayBuffer>[] = []
  let done = 0
  const reader = response.body?.getReader()
  for (;;) {
    const { value } = (await reader?.read()) ?? {}
    if (value === undefined) return new Blob(blocks)
    blocks.push(value)
    done += value.length
    onProgress(done, Math.max(done, total))
  }
}

/** What a header says. */
export interface Header {
  /** Rows, |V|. */
  size: number
  dimension: number
  /** How the numbers are stored. */
  dtype: string
  /** Parameters of the whole file. */
  parameters: number
  fileBytes: number
  bytesRead: number
  hasTokens: boolean
}

/** The shape, from the header alone. */
export async function readHeader(
  source: TableSource,
  endpoint: string,
  signal: AbortSignal,
): Promise<Header> {
  const { describeTableFile, openTableFile } = await import('rowspace/formats')
  const file = await openTableFile(await sourceOf(source, signal), { signal, ...hubAt(endpoint) })
  try {
    const { rows: size, dimension, dtype, parameters, fileBytes, bytesRead } = describeTableFile(file)
    const hasTokens = file.tensors?.some(({ name }) => name === 'tokens') ?? true
    return { size, dimension, dtype, parameters, fileBytes, bytesRead, hasTokens }
  } finally {
    await file.close()
  }
}

/** Opens the table; one of GPT-2's size that brings no tokens gets GPT-2's. */
export async function open(
  source: TableSource,
  { size, hasTokens }: Header,
  endpoint: string,
  { signal, onProgress }: { signal: AbortSignal; onProgress: OnProgress },
): Promise<EmbeddingTable> {
  const gpt2 = size === GPT2_SIZE && !hasTokens
  const tokens = gpt2 ? (await import('rowspace/gpt2')).gpt2Vocabulary() : undefined
  return openTable(await sourceOf(source, signal), {
    signal,
    threads: 'auto',
    tokens,
    ...hubAt(endpoint),
    onProgress: ({ phase, done, total }) => {
      if (phase === 'read') onProgress(done, total)
    },
  })
}

const isModel = (source: string) => source.startsWith('hf:')

async function sourceOf(source: TableSource, signal: AbortSignal): Promise<SourceLike> {
  if (typeof source !== 'string' || isModel(source)) return source
  return (await import('./cached-address.ts')).cachedAddress(source, signal)
}

/** Another hub than huggingface.co, where one is named. */
const hubAt = (endpoint: string) => (endpoint === '' ? {} : { hub: { endpoint } })

/** A model or file in this browser's cache. */
export interface Cached {
  /** As it is opened: `hf:owner/name` or an address. */
  name: string
  bytes: number
}

export async function listCached(): Promise<Cached[]> {
  const [{ listCache }, { listAddresses }] = await Promise.all([
    import('rowspace/hub'),
    import('./cached-address.ts'),
  ])
  const models = new Map<string, number>()
  for (const { name, cachedBytes } of await listCache()) {
    const [model = name] = /^hf:[^/]+\/[^/@]+/.exec(name) ?? []
    models.set(model, (models.get(model) ?? 0) + cachedBytes)
  }
  return [...Array.from(models, ([name, bytes]) => ({ name, bytes })), ...(await listAddresses())]
}

export async function forget(name: string): Promise<void> {
  if (isModel(name)) await (await import('rowspace/hub')).clearCache(name)
  else await (await import('./cached-address.ts')).forgetAddress(name)
}
