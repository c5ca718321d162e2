/** An index that lies beside a table's file: on the disk, and on a web server. */
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeFileAtomically } from '../../src/sources/write-file.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { writeIndex } from '../../src/stored/write-index.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { folder, rowspace } from '../cli/command.ts'
import { rejection } from '../formats/files.ts'
import { makeQuery, makeTable } from '../oracle/tables.ts'
import { projectPath } from '../shared-data.ts'
import { expectSame, fileOf } from './both.ts'

const MADE = makeTable(4000, 32, 'model', 3)

async function written(): Promise<string> {
  const path = join(folder(), 'rows.safetensors')
  writeFileSync(path, fileOf(MADE))
  await writeFileAtomically(`${path}.index.safetensors`, writeIndex(path))
  return path
}

/** Serves a folder by ranges. */
async function served(root: string) {
  const seen: { path: string; bytes: number }[] = []
  const server = createServer((request, response) => {
    const name = decodeURIComponent((request.url ?? '').slice(1))
    const file = join(root, name)
    if (statSync(file, { throwIfNoEntry: false }) === undefined) return void response.writeHead(404).end()
    const bytes = readFileSync(file)
    const [, from = '0', to = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const part = bytes.subarray(Number(from), Number(to) + 1)
    seen.push({ path: name, bytes: part.length })
    const range = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`
    response.writeHead(206, { 'content-range': range, etag: '"1"' }).end(part)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

test('on the disk it is found by its name', async () => {
  const path = await written()
  using table = await EmbeddingTable.from(MADE.flat, { dimension: 32 })
  await using stored = await viewTable(path)
  for (let index = 0; index < 20; index++) {
    const query = makeQuery(32, 'model', index)
    const [actual, expected] = [await stored.nearest(query), table.nearest(query)]
    expect([...actual.ids]).toEqual([...expected.ids])
    expect(actual.cosines).toEqual(expected.cosines)
  }
})

test('the built package reads what the command makes, and makes the same bytes', async () => {
  const path = join(folder(), 'rows.safetensors')
  writeFileSync(path, fileOf(MADE))
  expect(rowspace('index', path, '--quiet').code).toBe(0)
  const built: typeof import('../../src/stored.ts') = await import(projectPath('dist/stored.js'))
  await using stored = await built.viewTable(path)
  await using same = await viewTable(path)
  expect((await stored.nearest(7)).toArray()).toEqual((await same.nearest(7)).toArray())
  expect(await bytesOf(built.writeIndex(path))).toEqual(readFileSync(`${path}.index.safetensors`))
})

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const list: Uint8Array[] = []
  for await (const chunk of chunks) list.push(chunk)
  return Buffer.concat(list)
}

test('on a web server a question costs the rows that are read, in two rounds', async () => {
  const path = await written()
  const { origin, seen } = await served(join(path, '..'))
  await using stored = await viewTable(`${origin}/rows.safetensors`, { cache: false })
  await stored.loadIndex()
  await stored.vocabulary()
  await using local = await viewTable(path)
  const before = seen.length
  const answer = await stored.nearest('token 7')
  expectSame(answer, await local.nearest('token 7'))
  const rows = seen.slice(before)
  const bytes = rows.reduce((sum, each) => sum + each.bytes, 0)
  const { rescored, requests = 0 } = answer.stats
  // the row of the query, and those that its codes left open; rows of the first 64 KiB came with the header
  expect(bytes).toBeLessThanOrEqual((rescored + 1) * 32 * 4)
  expect(bytes).toBeGreaterThan(5 * 32 * 4)
  expect(rescored).toBeLessThan(60)
  expect(rows.length).toBeLessThanOrEqual(requests + 1)
})

test('on a web server the second visit reads a header of the index, in the traffic too', async () => {
  const path = await written()
  const { origin, seen } = await served(join(path, '..'))
  const cache = folder()
  const visit = async () => {
    const before = seen.length
    await using stored = await viewTable(`${origin}/rows.safetensors`, { cache })
    await stored.loadIndex()
    const bytesOf = (all: typeof seen) => all.reduce((sum, each) => sum + each.bytes, 0)
    const requests = seen.slice(before)
    expect(stored.traffic.bytes).toBe(bytesOf(requests))
    return bytesOf(requests.filter((each) => each.path.endsWith('.index.safetensors')))
  }
  const first = await visit()
  // without its tokens
  expect(first).toBeGreaterThan(4000 * (32 + 12))
  expect(first).toBeLessThan(statSync(`${path}.index.safetensors`).size)
  expect(await visit()).toBe(65_536)
})

test('rows that changed on the disk since are noticed', async () => {
  const path = await written()
  writeFileSync(path, fileOf(makeTable(4000, 32, 'model', 4)))
  await using stored = await viewTable(path)
  expect(await rejection(stored.nearest(1))).toMatchObject({ code: 'CHANGED' })
  // what needs no index is answered
  expect((await stored.row(1)).length).toBe(32)
})

test('an interrupted write leaves no index', async () => {
  const path = await written()
  const target = `${path}.other`
  const controller = new AbortController()
  const chunks = writeIndex(path, { signal: controller.signal, onProgress: () => controller.abort() })
  await expect(writeFileAtomically(target, chunks, { signal: controller.signal })).rejects.toThrow()
  expect(statSync(target, { throwIfNoEntry: false })).toBeUndefined()
})
