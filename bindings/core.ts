/**
 * The compiled core: what it exports, how it is compiled from whatever the caller has, how it is
 * instantiated.
 */
import { instantiate } from '@assemblyscript/loader'

/** What the core calls by its place: bindings/relaxed.ts puts functions there. */
export interface FunctionTable {
  grow(count: number): number
  set(place: number, called: unknown): void
}

/** The functions of assembly/index.ts. Addresses are bytes from the start of the memory. */
export interface CoreExports extends Record<string, unknown> {
  readonly table: FunctionTable
  gather(table: number, ids: number, count: number, target: number): void
  inverseNorm(row: number, dimension: number): number
  inverseNorms(table: number, from: number, to: number): number
  cosine(a: number, b: number, dimension: number, inverseNormA: number, inverseNormB: number): number
  measureColumns(table: number, size: number, step: number): void
  adoptRows(table: number, size: number): void
  encodeRows(table: number, from: number, to: number): void
  pool(bags: number, count: number, columns: number, target: number, stride: number): void
  planQuestion(table: number, question: number): void
  clearHeap(heap: number): void
  fillHeap(heap: number, k: number, minScore: number): void
  mergeHeap(heap: number, k: number, other: number): void
  scanQuestions(
    table: number,
    questions: number,
    count: number,
    from: number,
    to: number,
    block: number,
    step: number,
  ): void
  sortedIds(heap: number, ids: number): number
  measure(table: number, question: number, ids: number, count: number, cosines: number, dots: number): void
}

/**
 * A class of WebAssembly. Programs without the DOM library have no name for it, and must compile all the
 * same.
 */
type WebAssemblyClass<Name extends string> = typeof globalThis extends {
  WebAssembly: { [Key in Name]: { prototype: infer Class } }
}
  ? Class
  : object

/** WebAssembly.Module */
export type CompiledModule = WebAssemblyClass<'Module'>
/** WebAssembly.Memory */
export type LinearMemory = WebAssemblyClass<'Memory'>

type Bytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>

/** What a core can be made from: the file's address, its bytes, an answer to fetch, or a compiled module. */
export type CoreSource = string | URL | Response | Bytes | CompiledModule

/** Compiles a core. Throws what fetch and WebAssembly.compile throw. */
export async function compileCore(source: CoreSource): Promise<CompiledModule> {
  if (source instanceof WebAssembly.Module) return source
  if (isBytes(source)) return WebAssembly.compile(source)
  const response = await answered(source)
  const type = response.headers.get('content-type') ?? ''
  // compileStreaming insists on the type; servers that do not know .wasm send another
  if (type.startsWith('application/wasm')) return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

/** A core that can be compiled as often as wanted. Throws what fetch throws. */
export async function readCore(source: CoreSource): Promise<Bytes | CompiledModule> {
  if (source instanceof WebAssembly.Module || isBytes(source)) return source
  return (await answered(source)).arrayBuffer()
}

function isBytes(source: unknown): source is Bytes {
  return source instanceof ArrayBuffer || ArrayBuffer.isView(source)
}

async function answered(source: unknown): Promise<Response> {
  // Node's fetch reads no files
  const files = /^file:/i.test(String(source)) && globalThis.process?.getBuiltinModule?.('node:fs/promises')
  if (files) return new Response(await files.readFile(new URL(String(source))))
  const response = source instanceof Response ? source : await fetch(source as string | URL)
  if (response.ok) return response
  throw new Error(`${response.url} answered ${response.status} ${response.statusText}`)
}

/** Instantiates a core over a memory. */
export async function instantiateCore(module: CompiledModule, memory: LinearMemory): Promise<CoreExports> {
  const { instance } = await instantiate(module, { env: { memory } })
  // the functions themselves: the loader's, which count their arguments, make an array of them at every call
  return instance.exports as unknown as CoreExports
}
