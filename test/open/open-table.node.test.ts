/** Tables from files: the type that rows are stored in, folders of raw rows, and onProgress that throws. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import type { Progress } from '../../src/core/progress.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { folder } from '../cli/command.ts'
import { ascii, join as joinBytes } from '../formats/files.ts'

afterEach(() => vi.unstubAllGlobals())

const TABLE = writableRows(Float32Array.of(1, 2, 3, 4), 2, ['a', 'b'])

test.each(['f32', 'bf16', 'f16'] as const)('rows of %s are stored as they are, or as f32', async (dtype) => {
  const bytes = joinBytes(writeSafetensors(TABLE, { dtype }))
  using stored = await openTable(bytes)
  expect(stored.dtype).toBe(dtype)
  using widened = await openTable(bytes, { dtype: 'f32' })
  expect(widened.dtype).toBe('f32')
  for (const table of [stored, widened]) expect(Array.from(table.row('b'))).toEqual([3, 4])
})

test('vectors.f32 in a folder holds rows, whatever its first bytes look like', async () => {
  const path = folder()
  writeFileSync(join(path, 'vectors.f32'), joinBytes([ascii('PAR1'), new Uint8Array(4)]))
  writeFileSync(join(path, 'words.json'), '["a", "b"]')
  using table = await openTable(path)
  expect(table).toMatchObject({ size: 2, dimension: 1 })
})

test.each<[string, unknown]>([
  ['an error', new Error('mine')],
  ['nothing', undefined],
])('onProgress that throws %s at the norms ends nothing, and is reported once', async (_, thrown) => {
  const reported: unknown[] = []
  vi.stubGlobal('reportError', (error: unknown) => reported.push(error))
  const onProgress = ({ phase }: Progress) => {
    if (phase === 'norms') throw thrown
  }
  using table = await openTable(joinBytes(writeSafetensors(TABLE)), { onProgress })
  expect(table.size).toBe(2)
  expect(reported).toEqual([thrown ?? new Error('onProgress threw nothing')])
})
