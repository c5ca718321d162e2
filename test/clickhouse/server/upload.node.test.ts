/** Tables of any size are uploaded a chunk at a time: from files, and from sources of one's own. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RowSource, uploadTable } from '../../../src/clickhouse.ts'
import { openSource } from '../../../src/open/open-source.ts'
import { openTable } from '../../../src/open/open-table.ts'
import type { ByteSource } from '../../../src/sources/source.ts'
import { makeTable } from '../../oracle/tables.ts'
import { type ClickHouseServers, findClickHouse, startClickHouse } from '../servers.ts'
import { onServers, openUploaded } from '../shards.ts'

const SIZE = 1_000
const DIMENSION = 16

/** A safetensors file of tensors as they are given. */
function safetensors(
  tensors: Record<string, [dtype: string, shape: number[], bytes: Uint8Array]>,
): Uint8Array {
  let offset = 0
  const entries = Object.entries(tensors).map(([name, [dtype, shape, bytes]]) => {
    const data_offsets = [offset, offset + bytes.length]
    offset += bytes.length
    return [name, { dtype, shape, data_offsets }] as const
  })
  const header = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)))
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true)
  return Buffer.concat([length, header, ...Object.values(tensors).map(([, , bytes]) => bytes)])
}

const bytesOf = (numbers: Float32Array | Float64Array | Uint16Array | Int8Array) =>
  new Uint8Array(numbers.buffer)

describe.skipIf(findClickHouse() === undefined)('an upload', () => {
  let servers: ClickHouseServers
  const folder = mkdtempSync(join(tmpdir(), 'rowspace-upload-'))
  const { flat } = makeTable(SIZE, DIMENSION, 'plain', 41)
  const words = Array.from({ length: SIZE }, (_, id) => `word ${id}`)
  beforeAll(async () => {
    servers = await startClickHouse({ count: 2 })
  }, 60_000)
  afterAll(async () => {
    await servers?.stop()
    rmSync(folder, { recursive: true, force: true })
  }, 60_000)
  const on = (table: string) => ({ ...onServers(servers.urls, table, 'two'), rowsAtOnce: 64 })

  function write(name: string, bytes: Uint8Array): string {
    const path = join(folder, name)
    writeFileSync(path, bytes)
    return path
  }

  const shape = [SIZE, DIMENSION]
  const json = new TextEncoder().encode(JSON.stringify(words))
  const files: [string, () => string][] = [
    [
      'f32 with tokens',
      () =>
        write(
          'f32.safetensors',
          safetensors({ embeddings: ['F32', shape, bytesOf(flat)], tokens: ['U8', [json.length], json] }),
        ),
    ],
    [
      'bf16',
      () => {
        const halves = Uint16Array.from(new Uint32Array(flat.slice().buffer), (bits) => bits >>> 16)
        return write('bf16.safetensors', safetensors({ embeddings: ['BF16', shape, bytesOf(halves)] }))
      },
    ],
    [
      'f64',
      () => {
        const wide = bytesOf(Float64Array.from(flat, (value) => value / 3))
        return write('f64.safetensors', safetensors({ embeddings: ['F64', shape, wide] }))
      },
    ],
    [
      'int8 with scales',
      () => {
        const codes = Int8Array.from(flat, (value) => Math.round(value * 100) % 127)
        const scales = Float32Array.from({ length: SIZE }, (_, id) => (id + 1) / 3000)
        return write(
          'int8.safetensors',
          safetensors({
            embeddings: ['I8', shape, bytesOf(codes)],
            scales: ['F32', [SIZE], bytesOf(scales)],
          }),
        )
      },
    ],
    [
      'npy with words',
      () => {
        writeFileSync(join(folder, 'array.txt'), `${words.join('\n')}\n`)
        const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${SIZE}, ${DIMENSION}), }`
        const header = Buffer.from(`\x93NUMPY\x01\x00v\x00${text.padEnd(117)}\n`, 'latin1')
        return write('array.npy', Buffer.concat([header, bytesOf(flat)]))
      },
    ],
    [
      'words that come twice',
      () => {
        const twice = new TextEncoder().encode(
          JSON.stringify(words.map((word, id) => (id === 500 ? 'word 3' : word))),
        )
        return write(
          'twice.safetensors',
          safetensors({ embeddings: ['F32', shape, bytesOf(flat)], tokens: ['U8', [twice.length], twice] }),
        )
      },
    ],
  ]
  test.each(files)('of a file: %s', async (name, make) => {
    const path = make()
    const local = await openTable(path)
    const at = on(`file ${name.slice(0, 5)}`)
    expect(await uploadTable(path, at)).toEqual({ size: local.size, dimension: DIMENSION, sent: local.size })
    expect((await uploadTable(local, at)).sent).toBe(0)
    const cluster = await openUploaded(at)
    const ids = Array.from({ length: local.size }, (_, id) => id)
    expect(await cluster.gather(ids)).toEqual(local.gather(ids))
    for (const id of [0, 499, local.size - 1]) expect(await cluster.token(id)).toBe(local.token(id))
    await cluster.close()
    local.dispose()
  })

  test('holds one chunk of a file at a time', async () => {
    const path = files[0]![1]()
    const source = await openSource(path)
    const reads: [number, number][] = []
    const recorded: ByteSource = {
      name: source.name,
      size: source.size,
      read: (start, end, options) => {
        reads.push([start, end])
        return source.read(start, end, options)
      },
    }
    await uploadTable(recorded, on('recorded'))
    const header = readFileSync(path).readUInt32LE(0) + 8
    const ofRows = reads.filter(([start, end]) => start >= header && end <= header + 4 * flat.length)
    expect(Math.max(...ofRows.map(([start, end]) => end - start))).toBe(64 * DIMENSION * 4)
    expect(ofRows).toHaveLength(Math.ceil(SIZE / 64))
    await source.close?.()
  })

  test("of a source of one's own, cut off and resumed: only what is missing is read again", async () => {
    let reads: number[] = []
    let isBroken = true
    const source: RowSource = {
      size: SIZE,
      dimension: DIMENSION,
      read(start, end) {
        if (isBroken && start === 320) throw new Error('the disk is gone')
        reads.push(start)
        return { rows: flat.slice(start * DIMENSION, end * DIMENSION) }
      },
    }
    await expect(uploadTable(source, on('own'))).rejects.toThrow('the disk is gone')
    expect(reads).toEqual([0, 64, 128, 192, 256])
    isBroken = false
    reads = []
    expect((await uploadTable(source, on('own'))).sent).toBe(SIZE - 320)
    // before that, the first and the last row of each chunk that is there are compared
    expect(reads.slice(10)).toEqual([320, 384, 448, 512, 576, 640, 704, 768, 832, 896, 960])
    const cluster = await openUploaded(on('own'))
    expect(await cluster.row(777)).toEqual(flat.slice(777 * DIMENSION, 778 * DIMENSION))
    await cluster.close()
  })

  test('of a source that gives something else', async () => {
    const source = (read: RowSource['read'], more: Partial<RowSource> = {}): RowSource => ({
      size: 10,
      dimension: 2,
      read,
      ...more,
    })
    for (const wrong of [
      source(() => ({ rows: new Float32Array(3) })),
      source(() => ({ rows: [1, 2] as unknown as Float32Array })),
      source((start, end) => ({ rows: new Float32Array(2 * (end - start)), tokens: ['a'] }), {
        hasTokens: true,
      }),
      source((start, end) => ({ rows: new Float32Array(2 * (end - start)) }), { hasTokens: true }),
    ]) {
      await expect(uploadTable(wrong, { ...on('wrong'), overwrite: true })).rejects.toMatchObject({
        code: 'LENGTH_MISMATCH',
      })
    }
    const none = source(() => ({ rows: new Float32Array(0) }), { size: 0 })
    await expect(uploadTable(none, on('wrong'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' })
    const odd = source((start, end) => ({ rows: new Float32Array(2 * (end - start)).fill(Number.NaN, 5, 6) }))
    await expect(uploadTable(odd, { ...on('odd'), rowsAtOnce: 10 })).rejects.toMatchObject({
      code: 'NON_FINITE',
      details: { row: 2, column: 1 },
    })
  })

  test('is not lost when onProgress throws', async () => {
    const warnings: unknown[] = []
    const listen = (error: Error) => void warnings.push(error.message)
    process.on('warning', listen)
    const table = await openTable(files[0]![1]())
    const onProgress = () => {
      throw new Error('no bar')
    }
    expect((await uploadTable(table, { ...on('bar'), onProgress })).sent).toBe(SIZE)
    await expect.poll(() => warnings).toContain('no bar')
    process.removeListener('warning', listen)
  })
})
