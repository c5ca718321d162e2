/** Several writers of one file, and a file that is something else: nothing is overwritten unseen. */
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { formatToken, ownToken } from '../../src/sources/process-token.ts'
import { expectSame, makeSaved } from './saved.ts'

const folder = fs.mkdtempSync(join(os.tmpdir(), 'rowspace-collection-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))
let count = 0
const newPath = () => join(folder, `${count++}.safetensors`)

describe('two writers', () => {
  test('the one that saves second gets an error for what it did not see', async () => {
    const path = newPath()
    await (await makeSaved()).save(path)
    const [one, other] = [await Collection.open(path), await Collection.open(path)]
    await one.add({ key: 'one', vector: new Float32Array(24) })
    await one.save(path)
    await one.save(path)
    await other.add({ key: 'other', vector: new Float32Array(24) })
    await expect(other.save(path)).rejects.toMatchObject({ code: 'CONFLICT' })
    expect((await Collection.open(path)).has('one')).toBe(true)
    await other.save(path, { overwrite: true })
    expect((await Collection.open(path)).has('other')).toBe(true)
  })

  test('the one that comes while another writes gets an error', async () => {
    const path = newPath()
    const [one, other] = [await makeSaved(), await makeSaved()]
    const both = await Promise.allSettled([one.save(path), other.save(path)])
    const rejected = both.filter((result) => result.status === 'rejected')
    expect(rejected.map(({ reason }) => reason.code)).toEqual(['LOCKED'])
    expect(fs.existsSync(`${path}.lock`)).toBe(false)
  })

  test('the lock of a process that died is taken over', async () => {
    const path = newPath()
    // this process's id, but another start: an id comes again
    const token = formatToken({ ...(await ownToken()), start: '1' })
    fs.writeFileSync(`${path}.lock`, `rowspace ${token} 0123 ${os.hostname()}\n`)
    await (await makeSaved()).save(path)
    expect(fs.readdirSync(folder).filter((name) => /lock|rowspace/.test(name))).toEqual([])
  })
})

test('something else is not overwritten unasked', async () => {
  const path = newPath()
  fs.writeFileSync(path, 'a poem')
  const collection = await makeSaved()
  await expect(collection.save(path)).rejects.toMatchObject({ code: 'EXISTS' })
  expect(fs.readFileSync(path, 'utf8')).toBe('a poem')
  await collection.save(path, { overwrite: true })
  expectSame(await Collection.open(path), collection)
})
