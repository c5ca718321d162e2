/** Files of a path are closed on every way out: the system's own list of open files is looked at. */
import { mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { encodeSafetensors, writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { join } from './files.ts'
import { bytesOf } from './gguf-files.ts'
import { gzip, npy, zip } from './packed-files.ts'

const folder = mkdtempSync(joinPath(tmpdir(), 'rowspace-left-open-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ROWS = Float32Array.from({ length: 60 }, (_, index) => index + 1)
const NOT_FINITE = ROWS.with(17, Number.NaN)
const tableOf = (rows: Float32Array) => join(writeSafetensors(writableRows(rows, 6)))
const shard = (name: string, rows: Float32Array) =>
  join(encodeSafetensors([{ name, dtype: 'F32', shape: [10, 6], bytes: bytesOf(rows) }]))

const put = (name: string, bytes: Uint8Array | string): string => {
  const path = joinPath(folder, name)
  writeFileSync(path, bytes)
  return path
}

/** Of this folder. */
const openFiles = () =>
  readdirSync('/proc/self/fd').flatMap((descriptor) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${descriptor}`)
      return target.startsWith(folder) ? [target] : []
    } catch {
      return []
    }
  })

const index = (map: object) => JSON.stringify({ weight_map: map })
const CASES: [string, () => string | Promise<string>][] = [
  ['a table', () => put('a.safetensors', tableOf(ROWS))],
  ['rows that are not finite', () => put('nan.safetensors', tableOf(NOT_FINITE))],
  ['cut short', () => put('cut.safetensors', tableOf(ROWS).subarray(0, 200))],
  ['of no known format', () => put('none.bin', 'GIF89a')],
  ['empty', () => put('empty.bin', '')],
  ['a gzip file', async () => put('a.gz', await gzip(tableOf(ROWS)))],
  ['a gzip file that is cut', async () => put('cut.gz', (await gzip(tableOf(ROWS))).subarray(0, 150))],
  ['an archive', async () => put('a.npz', await zip([{ name: 'a.npy', bytes: npy('<f4', [10, 6], ROWS) }]))],
  [
    'an array with words that do not fit',
    () => {
      put('words.json', '["a"]')
      return put('a.npy', npy('<f4', [10, 6], ROWS))
    },
  ],
  [
    'parts',
    () => {
      put('one.safetensors', shard('wte.weight', ROWS))
      put('two.safetensors', shard('lm_head.weight', ROWS))
      return put(
        'a.index.json',
        index({ 'wte.weight': 'one.safetensors', 'lm_head.weight': 'two.safetensors' }),
      )
    },
  ],
  [
    'parts of which one lies',
    () => {
      put('lies.safetensors', shard('other', ROWS))
      return put(
        'lies.index.json',
        index({ 'wte.weight': 'one.safetensors', 'lm_head.weight': 'lies.safetensors' }),
      )
    },
  ],
  [
    'parts of which one is missing',
    () =>
      put(
        'gone.index.json',
        index({ 'wte.weight': 'one.safetensors', 'lm_head.weight': 'gone.safetensors' }),
      ),
  ],
  ['a tensor that is not there', () => put('wte.index.json', index({ 'wte.weight': 'one.safetensors' }))],
]

test.runIf(globalThis.process?.platform === 'linux').each(CASES)('%s', async (_, make) => {
  const path = await make()
  for (const tensor of [undefined, 'nowhere']) {
    await openTable(path, { tensor }).then(
      (table) => table.dispose(),
      () => {},
    )
    await openTable(path, { tensor, signal: AbortSignal.abort() }).catch(() => {})
    await openTableFile(path, { tensor }).then(
      (file) => file.close(),
      () => {},
    )
    expect(openFiles()).toEqual([])
  }
})

test.runIf(globalThis.process?.platform === 'linux')('an open file is seen here', async () => {
  const file = await openTableFile(put('open.safetensors', tableOf(ROWS)))
  expect(openFiles()).toHaveLength(1)
  await file.close()
})
