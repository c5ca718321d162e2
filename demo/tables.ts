/** Where tables come from: the page's own folder, an address, the hub, a file. */
import { type EmbeddingTable, openTable, type SourceLike } from 'rowspace'

export type OnProgress = (done: number, total: number) => void

const DEFAULT_TABLE = 'glove-20k.safetensors'
const GPT2_SIZE = 50_257

/** The default table, fetched whole: it needs no more of a host than to serve files. */
export async function openDefault(onProgress: OnProgress): Promise<EmbeddingTable> {
  const response = await fetch(new URL(DEFAULT_TABLE, document.baseURI))
  if (!response.ok) throw new Error(`${DEFAULT_TABLE} answered ${response.status} ${response.statusText}`)
  return openTable(await readAll(response, onProgress), { threads: 'auto' })
}

async function readAll(response: Response, onProgress: OnProgress): Promise<Blob> {
  const total = Number(response.headers.get('content-length')) || 2_200_000
  const blocks: Uint8Array<ArrayBuffer>[] = []
  let done = 0
  for (const reader = response.body!.getReader(); ; ) {
    const { value } = await reader.read()
    if (value === undefined) return new Blob(blocks)
    blocks.push(value)
    done += value.length
    onProgress(done, Math.max(done, total))
  }
}

export interface Header {
  size: number
  dimension: number
  hasTokens: boolean
  /** Memory the opened table takes: float32 rows and 8-bit codes. */
  memory: number
}

/** The shape, from the header alone. */
export async function readHeader(source: SourceLike, signal: AbortSignal): Promise<Header> {
  const { openTableFile } = await import('rowspace/formats')
  const file = await openTableFile(source, { signal })
  try {
    const { rowCount: size, dimension, tensors } = file
    const hasTokens = tensors?.some(({ name }) => name === 'tokens') ?? true
    return { size, dimension, hasTokens, memory: size * dimension * 5 }
  } finally {
    await file.close()
  }
}

/** Opens the table; one of GPT-2's size that brings no tokens gets GPT-2's. */
export async function open(
  source: SourceLike,
  header: Header,
  options: { signal: AbortSignal; onProgress: OnProgress },
): Promise<EmbeddingTable> {
  const { signal, onProgress } = options
  const gpt2 = header.size === GPT2_SIZE && !header.hasTokens
  const tokens = gpt2 ? (await import('rowspace/gpt2')).gpt2Vocabulary() : undefined
  return openTable(source, {
    signal,
    threads: 'auto',
    tokens,
    onProgress: ({ phase, done, total }) => {
      if (phase === 'read') onProgress(done, total)
    },
  })
}
