/** The core from whatever a caller has. */
import { afterEach, expect, test, vi } from 'vitest'
import { bundledCore } from '../../bindings/inline-core.ts'
import { type ErrorCode, isRowspaceError } from '../../src/core/errors.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { type CoreSource, loadCore } from '../../src/table/load-core.ts'

const core = new Uint8Array(await (bundledCore() as Response).arrayBuffer())
const bytes = () => core.slice()
const answer = (type: string | undefined, body: BodyInit = bytes(), status = 200) =>
  new Response(body, type === undefined ? { status } : { status, headers: { 'content-type': type } })

async function expectCore(core: CoreSource) {
  using table = await EmbeddingTable.from([3, 4, 4, 3], { dimension: 2, core })
  expect(table.similarity(0, 1)).toBeCloseTo(0.96, 6)
}

async function rejection(core: unknown, code: ErrorCode): Promise<string> {
  const error: unknown = await EmbeddingTable.from([1], { dimension: 1, core: core as CoreSource }).then(
    () => expect.fail('should have been rejected'),
    (reason) => reason,
  )
  if (!isRowspaceError(error)) throw error
  expect(error.code).toBe(code)
  return error.message
}

afterEach(() => vi.unstubAllGlobals())

test('bytes', () => expectCore(bytes()))
test('an ArrayBuffer', () => expectCore(bytes().buffer))
test('a compiled module', async () => expectCore(await WebAssembly.compile(bytes())))
test('one module for several tables', async () => {
  const core = await loadCore(bytes())
  expect(core).toBeInstanceOf(WebAssembly.Module)
  await Promise.all([expectCore(core), expectCore(core)])
})
test('the one in the bundle is compiled once', async () => {
  expect(await loadCore()).toBe(await loadCore())
})
test('a Response of the right type', () => expectCore(answer('application/wasm')))
test('a Response of another type', () => expectCore(answer('application/octet-stream')))
test('a Response without a type', () => expectCore(answer(undefined)))
test.each(['http://127.0.0.1/rowspace.wasm', new URL('http://127.0.0.1/rowspace.wasm')])(
  'an address: %s',
  async (address) => {
    const fetched = vi.fn(async () => answer('application/wasm'))
    vi.stubGlobal('fetch', fetched)
    await expectCore(address)
    expect(fetched).toHaveBeenCalledOnce()
  },
)

test('an answer that is an error names the status', async () => {
  expect(await rejection(answer('text/html', '<html>', 404), 'IO')).toContain('404')
})
test('an address that does not answer says so', async () => {
  vi.stubGlobal('fetch', async () => {
    throw new TypeError('fetch failed')
  })
  expect(await rejection('http://127.0.0.1/rowspace.wasm', 'IO')).toContain('fetch failed')
})
test('bytes that are no WebAssembly are rejected', async () => {
  expect(await rejection(new Uint8Array(8), 'IO')).toContain('core could not be loaded')
})
test('truncated bytes are rejected', async () => {
  await rejection(bytes().subarray(0, 500), 'IO')
})
test('another module is rejected', async () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
  expect(await rejection(empty, 'INVALID_ARGUMENT')).toContain('rowspace.wasm')
})
test('an engine without SIMD gets one clear error', async () => {
  vi.stubGlobal('WebAssembly', {
    Module: WebAssembly.Module,
    Memory: WebAssembly.Memory,
    compile: () => Promise.reject(new WebAssembly.CompileError('invalid value type 0x7b')),
    validate: () => false,
  })
  expect(await rejection(bytes(), 'UNSUPPORTED')).toMatch(/SIMD.*Chrome 91/)
})

test.each([
  "WebAssembly.compile(): Refused to compile or instantiate WebAssembly module because 'unsafe-eval' is not an allowed source",
  'call to WebAssembly.compile() blocked by CSP',
  'WebAssembly.compile(): Compiling or instantiating WebAssembly module violates the following Content Security policy directive',
  'WebAssembly.compile(): Wasm code generation disallowed by embedder',
])('where WebAssembly may not be compiled the message names the cure: %s', async (message) => {
  vi.stubGlobal('WebAssembly', {
    Module: WebAssembly.Module,
    Memory: WebAssembly.Memory,
    validate: WebAssembly.validate,
    compile: async () => {
      throw new Error(message)
    },
  })
  expect(await rejection(bytes(), 'UNSUPPORTED')).toMatch(/'wasm-unsafe-eval'.*WebAssembly\.Module/)
})
