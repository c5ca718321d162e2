/** Collections in files: what is saved is opened, under every spelling of the path. */
import fs from 'node:fs'
import os from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { Collection, fileStore } from '../../src/collection.ts'
import { openTable } from '../../src/formats.ts'
import { formatToken, ownToken } from '../../src/sources/process-token.ts'
import { COLUMNS, expectSame, makeSaved } from './saved.ts'

const folder = fs.mkdtempSync(join(os.tmpdir(), 'rowspace-collection-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))
afterEach(() => vi.restoreAllMocks())
let count = 0
const newPath = () => join(folder, `${count++}.safetensors`)

test.each([
  {},
  { codes: true },
  { codes: false },
  { dtype: 'bf16', codes: true },
  { dtype: 'f16' },
  { threads: 2, codes: true },
] as const)('is opened as it was saved: %j', async (options) => {
  const path = newPath()
  using saved = await makeSaved(200, options)
  const phases = new Set<string>()
  await saved.save(path, { onProgress: ({ phase }) => phases.add(phase) })
  expect([...phases]).toEqual(['checksum', 'write'])
  using opened = await Collection.open(path, { columns: COLUMNS })
  expectSame(opened, saved)
  expect(await opened.add({ vector: saved.vector(0) })).toEqual([199])
  await opened.save(path)
  using again = await Collection.open<typeof COLUMNS>(path, { threads: 2, codes: false })
  expectSame(again, opened)
})

test('makes no codes on opening: they are those of the file', async () => {
  const path = newPath()
  await (await makeSaved(400, { codes: true })).save(path)
  const { TableMemory } = await import('../../bindings/table-memory.ts')
  const encode = vi.spyOn(TableMemory.prototype, 'encodeRows')
  const opened = await Collection.open(path)
  opened.nearest('clé 1 🗝')
  expect(encode).not.toHaveBeenCalled()
})

test('is a table for openTable where keys are texts', async () => {
  const path = newPath()
  const collection = await Collection.create({ dimension: 2, columns: { 'a.b': 'string' } })
  await collection.add([
    { key: 'a', vector: [1, 0], metadata: { 'a.b': 'x' } },
    { key: 'b', vector: [0, 1] },
  ])
  await collection.save(path)
  const table = await openTable(path)
  expect(table.row('b')).toEqual(Float32Array.of(0, 1))
})

test('an empty one too', async () => {
  const path = newPath()
  const collection = await Collection.create({ dimension: 2 })
  await collection.add({ vector: [1, 1] })
  await collection.delete(0)
  await collection.save(path)
  const opened = await Collection.open(path)
  expect(opened.size).toBe(0)
  expect(await opened.add({ vector: [1, 1] })).toEqual([1])
})

test('two spellings of a path, and a link to it, are one collection', async () => {
  const path = newPath()
  const collection = await makeSaved()
  const link = newPath()
  fs.symlinkSync(path, link)
  await collection.save(path)
  await collection.save(`${folder}/./x/../${path.slice(folder.length + 1)}`.replace('/x/..', ''))
  await collection.save(relative(process.cwd(), path))
  await collection.save(link)
  await collection.save(path)
  expect(fs.lstatSync(link).isSymbolicLink()).toBe(true)
  const unlock = await fileStore(link).lock()
  await expect(collection.save(path)).rejects.toMatchObject({ code: 'LOCKED' })
  await unlock()
  await collection.save(path)
})

test('saving into a missing folder names the folder', async () => {
  const path = join(folder, 'missing', 'notes.safetensors')
  const collection = await makeSaved()
  await expect(collection.save(path)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringMatching(
      /^".*notes\.safetensors" cannot be written: the folder ".*missing" does not exist/,
    ),
  })
})

test('the mode of a file stays, and what killed processes left goes', async () => {
  const path = newPath()
  const collection = await makeSaved()
  await collection.save(path)
  fs.chmodSync(path, 0o600)
  const token = formatToken({ ...(await ownToken()), start: '1' })
  const left = join(folder, `.rowspace-${token}-0123abcd.tmp`)
  for (let times = 0; times < 2; times++) {
    fs.writeFileSync(left, 'half a collection')
    await collection.save(path)
    expect(fs.existsSync(left)).toBe(false)
  }
  expect(fs.statSync(path).mode & 0o777).toBe(0o600)
})
