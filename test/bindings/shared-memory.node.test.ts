/** The build for threads is the compiler's own, though it is made from the other. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { main } from 'assemblyscript/asc'
import { expect, test } from 'vitest'
import { withSharedMemory } from '../../bindings/shared-memory.ts'
import { projectPath } from '../shared-data.ts'

test('the core with a shared memory, byte for byte as asc makes it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-'))
  try {
    const [wasm, wat] = ['shared.wasm', 'shared.wat'].map((name) => relative('.', join(folder, name)))
    const flags = ['--sharedMemory', '--enable', 'threads', '--outFile', wasm!, '--textFile', wat!]
    const { error, stderr } = await main(['--config', 'asconfig.json', '--target', 'portable', ...flags])
    expect(error, stderr.toString()).toBeNull()
    const expected = readFileSync(join(folder, 'shared.wasm'))
    const made = withSharedMemory(readFileSync(projectPath('build/rowspace.wasm')))
    expect(Buffer.from(made).equals(expected)).toBe(true)
  } finally {
    rmSync(folder, { recursive: true })
  }
}, 60_000)

test('something else than the core is refused', () => {
  expect(() => withSharedMemory(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))).toThrow(TypeError)
})
