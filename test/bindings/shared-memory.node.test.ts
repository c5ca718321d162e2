/** The build for threads is the compiler's own, though it is made from the other. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { main } from 'assemblyscript/asc'
import { expect, test } from 'vitest'
import { withSharedMemory } from '../../bindings/shared-memory.ts'
import * as constants from '../../build/core-constants.ts'
import { projectPath } from '../shared-data.ts'

test('the core with a shared memory, byte for byte as the compiler makes it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-'))
  try {
    const [wasm, wat] = ['shared.wasm', 'shared.wat'].map((name) => relative('.', join(folder, name)))
    const flags = ['--sharedMemory', '--enable', 'threads', '--outFile', wasm!, '--textFile', wat!]
    const { error, stderr } = await main([
      'assembly/index.ts',
      '--config',
      'asconfig.json',
      '--target',
      'portable',
      ...flags,
    ])
    expect(error, stderr.toString()).toBeNull()
    const { optimizeCore } = await import(projectPath('scripts/optimize-core.mjs'))
    const expected: Uint8Array = optimizeCore(
      readFileSync(join(folder, 'shared.wasm')),
      Object.keys(constants),
    )
    const made = withSharedMemory(readFileSync(projectPath('build/rowspace.wasm')))
    expect(Buffer.from(made).equals(Buffer.from(expected))).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)

test('something else than the core is rejected', () => {
  expect(() => withSharedMemory(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))).toThrow(TypeError)
})

test('a part of a larger buffer is read as that part, and left as it is', () => {
  const core = readFileSync(projectPath('build/rowspace.wasm'))
  const around = new Uint8Array(core.length + 20).fill(3)
  around.set(core, 10)
  const before = around.slice()
  for (const view of [around.subarray(10, 10 + core.length), new DataView(around.buffer, 10, core.length)]) {
    expect(Buffer.from(withSharedMemory(view)).equals(Buffer.from(withSharedMemory(core)))).toBe(true)
  }
  expect(around).toEqual(before)
})

test('imports other than one memory with a maximum are rejected, sections before them passed over', () => {
  const header = [0, 97, 115, 109, 1, 0, 0, 0]
  const custom = [0, 130, 1, ...Array(130).fill(0)] // a length of two bytes
  const imports = (kind: number, limits: number) => [2, 9, 1, 1, 97, 2, 98, 99, kind, limits, 1]
  const made = withSharedMemory(Uint8Array.of(...header, ...custom, ...imports(2, 1)))
  expect([...made]).toEqual([...header, ...custom, ...imports(2, 3)])
  for (const [kind, limits] of [
    [0, 1],
    [2, 0],
    [3, 1],
  ] as const) {
    expect(() => withSharedMemory(Uint8Array.of(...header, ...imports(kind, limits)))).toThrow(TypeError)
  }
})
