/** A file that is damaged, cut, newer or something else is not opened. */
import fs from 'node:fs'
import os from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Collection } from '../../src/collection.ts'
import { projectPath } from '../shared-data.ts'
import { makeSaved } from './saved.ts'

const folder = fs.mkdtempSync(join(os.tmpdir(), 'rowspace-collection-'))
afterAll(() => fs.rmSync(folder, { recursive: true }))
let count = 0
const newPath = () => join(folder, `${count++}.safetensors`)

describe('a damaged file', () => {
  test('is rejected whatever byte was changed', async () => {
    const path = newPath()
    await (await makeSaved(40)).save(path)
    const whole = fs.readFileSync(path)
    const damaged = newPath()
    const step = Math.max(1, Math.floor(whole.length / 150))
    for (let at = 0; at < whole.length; at += step) {
      const bytes = Buffer.from(whole)
      bytes[at]! ^= 1 << (at & 7)
      fs.writeFileSync(damaged, bytes)
      const error = await Collection.open(damaged).then(
        () => undefined,
        (reason) => reason,
      )
      // spaces after the header's JSON say nothing
      if (error === undefined) expect(whole[at]).toBe(0x20)
      else expect(error.name, `byte ${at}: ${error.message}`).toBe('RowspaceError')
    }
  })

  test.each([0, 7, 100, 0.5, 0.999])('is rejected when cut at %s', async (at) => {
    const path = newPath()
    await (await makeSaved(40)).save(path)
    const whole = fs.readFileSync(path)
    const damaged = newPath()
    fs.writeFileSync(damaged, whole.subarray(0, at < 1 ? Math.floor(at * whole.length) : at))
    await expect(Collection.open(damaged)).rejects.toMatchObject({ code: 'TRUNCATED' })
  })

  test('and one of a newer version, and what is none', async () => {
    const path = newPath()
    await (await makeSaved(40)).save(path)
    const newer = newPath()
    const text = fs.readFileSync(path, 'latin1')
    fs.writeFileSync(newer, text.replace('"version":"1"', '"version":"2"'), 'latin1')
    await expect(Collection.open(newer)).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('newer rowspace'),
    })
    const table = projectPath('data/glove-20k.safetensors')
    await expect(Collection.open(table)).rejects.toMatchObject({ code: 'INVALID_FORMAT' })
    await expect(Collection.open(newPath())).rejects.toMatchObject({ code: 'NOT_FOUND' })
    await expect(Collection.open(path, { columns: { year: 'string' } })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
    })
    await expect(Collection.open(3 as never)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
  })
})
