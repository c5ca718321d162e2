/** `rowspace index` on a slow server: stopped and run again, and two at once. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { makeTable } from '../oracle/tables.ts'
import { fileOf, indexOf } from '../stored/both.ts'
import { folder, type Ran, start } from './command.ts'

/** Twelve blocks. */
const SIZE = 12 * 4096
const ROW_BYTES = 256 * 4
const FILE = fileOf(makeTable(SIZE, 256, 'grid', 6))
/** Fewer bytes at once are of the header, and of rows that are sampled. */
const MANY = 1 << 17

/** Serves the table; `onRows` is told of the rows that are asked for, many at once, and is waited for. */
async function serve(onRows: (first: number, count: number) => Promise<void> | void) {
  const server = createServer(async (request, response) => {
    const [, from = '0', to = '0'] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? []
    const [begin, end] = [Number(from), Math.min(Number(to) + 1, FILE.length)]
    if (request.url !== '/rows.safetensors') return response.writeHead(404).end()
    if (end - begin >= MANY && end < SIZE * ROW_BYTES) {
      await onRows(Math.floor(begin / ROW_BYTES), (end - begin) / ROW_BYTES)
    }
    response.writeHead(206, {
      etag: '"1"',
      'content-length': end - begin,
      'content-range': `bytes ${begin}-${end - 1}/${FILE.length}`,
    })
    response.end(FILE.subarray(begin, end))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/rows.safetensors`
}

/** What a call printed, once it has ended. */
function ended(child: ReturnType<typeof start>): Promise<Ran> {
  const ran = { stdout: '', stderr: '' }
  child.stdout.on('data', (data) => {
    ran.stdout += data
  })
  child.stderr.on('data', (data) => {
    ran.stderr += data
  })
  return new Promise((resolve) => child.once('close', (code) => resolve({ ...ran, code })))
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s, and the same command again',
  async (name) => {
    const place = folder()
    const out = join(place, 'rows.index')
    let onRows: (first: number, count: number) => void = () => {}
    const url = await serve((first, count) => onRows(first, count))
    const child = start('index', url, out, '--quiet')
    onRows = (first) => {
      if (first > SIZE / 2) child.kill(name)
    }
    const stopped = await ended(child)
    expect(stopped).toEqual({
      code: { SIGINT: 130, SIGTERM: 143 }[name],
      stdout: '',
      stderr: `rowspace: stopped by ${name}; the same command goes on where this one ended.\n`,
    })
    expect(readdirSync(place)).toEqual(['rows.index.partial'])
    let fetched = 0
    onRows = (_, count) => {
      fetched += count
    }
    const again = await ended(start('index', url, out, '--json'))
    expect(again.code).toBe(0)
    const { rowsKept, rows } = JSON.parse(again.stdout)
    expect(rows).toBe(SIZE)
    expect(rowsKept).toBeGreaterThan(0)
    // the last mebibyte or so has bytes of the tokens too
    expect(fetched).toBeLessThanOrEqual(SIZE - rowsKept)
    expect(fetched).toBeGreaterThan(SIZE - rowsKept - 5000)
    expect(again.stderr).toContain(
      `${rowsKept.toLocaleString('en-US')} rows were indexed by a run that was stopped`,
    )
    expect(Buffer.compare(readFileSync(out), await indexOf(url))).toBe(0)
    expect(readdirSync(place)).toEqual(['rows.index'])
  },
  60_000,
)

test('two at once: the second says who writes', async () => {
  const out = join(folder(), 'rows.index')
  let goOn: () => void = () => {}
  const held = new Promise<void>((resolve) => {
    goOn = resolve
  })
  let onHeld: () => void = () => {}
  const isHeld = new Promise<void>((resolve) => {
    onHeld = resolve
  })
  const url = await serve((first) => {
    if (first < SIZE / 4) return
    onHeld()
    return held
  })
  const child = start('index', url, out, '--quiet')
  const first = ended(child)
  await isHeld
  const second = await ended(start('index', url, out))
  expect(second).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      new RegExp(`is being written by process ${child.pid} on .*: wait until it is done`),
    ),
  })
  expect(existsSync(out)).toBe(false)
  goOn()
  expect((await first).code).toBe(0)
  expect(Buffer.compare(readFileSync(out), await indexOf(url))).toBe(0)
}, 60_000)
