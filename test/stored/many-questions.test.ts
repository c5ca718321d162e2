/** Ten thousand questions to tables of every kind, where they lie: the answers of a table in memory, to the bit. */
import { expect, onTestFinished, test } from 'vitest'
import { bytesSource } from '../../src/sources/bytes.ts'
import { base64Of } from '../formats/files.ts'
import { FUZZ_TIMEOUT, fuzz } from '../fuzz.ts'
import { served } from '../servers/faults.ts'
import { testHub } from '../servers/hub-spec.ts'
import { askMany, type Place } from './ask-many.ts'

const isNode = globalThis.process?.getBuiltinModule !== undefined

const PLACES: Record<string, Place> = {
  'a file': async (file, index, name) => {
    const { mkdtemp, rm, writeFile } = process.getBuiltinModule('node:fs/promises')
    const folder = await mkdtemp(`${process.getBuiltinModule('node:os').tmpdir()}/rowspace-questions-`)
    onTestFinished(() => rm(folder, { recursive: true, force: true }))
    const source = `${folder}/rows.safetensors`
    await writeFile(source, file)
    await writeFile(`${folder}/${name}`, index)
    return { source }
  },
  'a URL': async (file, index) => {
    const urlOf = async (bytes: Uint8Array) =>
      (await served({ size: bytes.length, content: base64Of(bytes) })).url
    return { source: await urlOf(file), index: await urlOf(index), options: { cache: false } }
  },
  'a Blob': (file, index) => ({ source: new Blob([file as BlobPart]), index: new Blob([index as BlobPart]) }),
  'a model of the hub': async (file, index, name) => {
    const bytes = (content: Uint8Array) => ({ kind: 'bytes', base64: base64Of(content) }) as const
    const files = { 'rows.safetensors': bytes(file), [name]: bytes(index) }
    const { endpoint } = await testHub({ models: { 'some/model': { files } } })
    return { source: 'hf:some/model/rows.safetensors', options: { hub: { endpoint, cache: false } } }
  },
  'a source of one’s own, whose reads end in another order': (file, index) => {
    const inner = bytesSource(file)
    let turn = 0
    const read = async (start: number, end: number) => {
      for (let wait = (turn++ * 7) % 4; wait > 0; wait--) await Promise.resolve()
      return inner.read(start, end)
    }
    return { source: { name: 'own', size: file.length, read }, index }
  },
}

/** Asks about so many tables, and makes sure that questions were asked. */
async function askAll(place: Place, tables: number, atLeast: number, firstSeed: number, threads = 1) {
  let asked = 0
  const done = await fuzz(tables, 0, async (seed) => {
    asked += await askMany(place, seed + firstSeed, threads)
  })
  expect(asked).toBeGreaterThanOrEqual(atLeast * done)
}

const names = Object.keys(PLACES).filter((name) => isNode || name !== 'a file')
// five times ten tables of two hundred questions and more; on a page, one table each
test.each(names)('in %s', { timeout: 2 * FUZZ_TIMEOUT }, async (name) => {
  await askAll(PLACES[name]!, isNode ? 10 : 1, isNode ? 200 : 40, 10 * names.indexOf(name))
})

test('with two threads', { timeout: 2 * FUZZ_TIMEOUT }, async () => {
  await askAll((source, index) => ({ source, index }), isNode ? 3 : 1, 16, 60, 2)
})
