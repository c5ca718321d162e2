/** Collections whose rows stay in a file on the disk, which others save, overwrite and index. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { viewCollection } from '../../src/stored.ts'
import { folder, rowspace } from '../cli/command.ts'
import { rejection } from '../formats/files.ts'
import { COLUMNS, makeSaved } from './saved.ts'
import { QUERY } from './viewed.ts'

test('a save beside it leaves an open collection as it was; the next one has it', async () => {
  const path = join(folder(), 'notes.safetensors')
  await (await makeSaved(300, { codes: true })).save(path)
  await using stored = await viewCollection(path, { columns: COLUMNS })
  using changed = await Collection.open(path, { columns: COLUMNS })
  const before = changed.nearest(QUERY).toArray()
  await changed.delete(before.map(({ key }) => key))
  await changed.save(path)
  expect((await stored.nearest(QUERY)).toArray()).toEqual(before)
  await using next = await viewCollection(path, { columns: COLUMNS })
  expect((await next.nearest(QUERY)).toArray()).toEqual(changed.nearest(QUERY).toArray())
})

test('a file that was overwritten in place is noticed', async () => {
  const path = join(folder(), 'notes.safetensors')
  await (await makeSaved(300, { codes: true })).save(path)
  await using stored = await viewCollection(path)
  const bytes = readFileSync(path)
  writeFileSync(path, bytes.fill(1, bytes.length >> 1))
  expect(await rejection(stored.nearest(QUERY))).toMatchObject({ code: 'CHECKSUM_MISMATCH' })
})

test('the index that the command makes is found beside many rows without codes', async () => {
  const path = join(folder(), 'notes.safetensors')
  using made = await makeSaved(12_000, { codes: false })
  await made.save(path)
  await using stored = await viewCollection(path)
  expect((await rejection(stored.nearest(QUERY))).code).toBe('NOT_FOUND')
  expect(rowspace('index', path, '--quiet').code).toBe(0)
  expect((await stored.nearest(QUERY)).toArray()).toEqual(made.nearest(QUERY).toArray())
  // its rows may be read by name as those of any table
  expect(rowspace('nearest', path, 'clé 1 🗝', '--view').stderr).toMatch(/NO_TOKENS|no tokens/)
})

test('where memory is too small for the codes of the file, the index of 4 bits beside it is used', async () => {
  const path = join(folder(), 'notes.safetensors')
  using made = await makeSaved(9000, { codes: true })
  await made.save(path)
  const memory = 9000 * 24
  await using alone = await viewCollection(path, { memory })
  expect((await rejection(alone.nearest(QUERY))).code).toBe('NOT_FOUND')
  expect(rowspace('index', path, '--codes', 'int4', '--quiet')).toMatchObject({ code: 0 })
  await using stored = await viewCollection(path, { memory: 9000 * 30 })
  const answer = await stored.nearest(QUERY)
  expect(answer.toArray()).toEqual(made.nearest(QUERY).toArray())
  expect(answer.stats.rescored).toBeGreaterThan(made.nearest(QUERY).stats.rescored)
})

test('a path where nothing is', async () => {
  expect(await rejection(viewCollection(join(folder(), 'no.safetensors')))).toMatchObject({
    code: 'NOT_FOUND',
  })
})
