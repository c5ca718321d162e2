/**
 * A file on a web server that redirects, a read that is aborted, and files beside it: in Node and in
 * Chromium.
 */
import { describe, expect, test } from 'vitest'
import { urlSource } from '../../src/sources/url.ts'
import { rejection } from '../formats/files.ts'
import { origins, served } from '../servers/faults.ts'
import { areBytes, type Fault } from '../servers/scenario.ts'
import { busy, FAST, none, openServed, SIZE } from './served-url.ts'

describe('redirects', () => {
  test('are followed, and nothing private with them to another origin', async () => {
    const [first, second] = origins()
    const { source, log } = await openServed(
      { redirect: second! },
      { headers: { authorization: 'Bearer secret' } },
    )
    expect(areBytes(await source.read(100_000, 110_000), 7, 100_000, 110_000)).toBe(true)
    const seen = await log()
    expect(seen.map(({ host, authorization }) => [`http://${host}`, authorization])).toEqual([
      [first, 'Bearer secret'],
      [second, null],
      // the place it led to is remembered
      [second, null],
    ])
  })

  test('when the place it led to has no more of it, the beginning is requested again', async () => {
    const [, second] = origins()
    const { source, log } = await openServed({ redirect: second!, faults: [none, busy(403)] })
    expect(areBytes(await source.read(100_000, 110_000), 7, 100_000, 110_000)).toBe(true)
    expect((await log()).length).toBe(5)
  })

  test('in a circle end in an error', async () => {
    const { url } = await served({
      size: SIZE,
      always: { kind: 'status', status: 302, headers: { location: 'x' } },
    })
    expect((await rejection(urlSource(url, { ...FAST, retries: 1 }))).code).toBe('IO')
  })
})

describe('abort', () => {
  test.each<[string, Fault]>([
    ['in the middle of a body', { kind: 'stall', after: 100 }],
    ['while waiting to try again', busy(503, '60')],
    ['before the answer', { kind: 'stall', after: 0 }],
  ])('%s rejects with the reason', async (_, fault) => {
    const { source } = await openServed({ faults: [none], always: fault }, { stallMilliseconds: 30_000 })
    const controller = new AbortController()
    const reason = new Error('enough')
    setTimeout(() => controller.abort(reason), 100)
    await expect(source.read(100_000, 200_000, { signal: controller.signal })).rejects.toBe(reason)
  })
  test('when opened', async () => {
    const { url } = await served({ size: SIZE, always: { kind: 'stall', after: 0 } })
    await expect(urlSource(url, { signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    })
    await expect(urlSource(url, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
  })
})

describe('beside it', () => {
  test('a file that is not there is undefined, one that fails is an error', async () => {
    const { source } = await openServed({ faults: [none, busy(404), busy(403)], always: busy(400) })
    expect(await source.sibling!('words.json')).toBeUndefined()
    expect(await source.sibling!('words.json')).toBeUndefined()
    expect((await rejection(source.sibling!('words.json'))).code).toBe('IO')
  })

  test.each(['../x', '..', '.', 'a/../../b', '/x', 'a\\b', '', 'a\0'])('%j is not', async (beside) => {
    const { source, log } = await openServed()
    expect((await rejection(source.sibling!(beside))).code).toBe('INVALID_ARGUMENT')
    expect(await log()).toHaveLength(1)
  })

  test('a name with signs that mean something in addresses is a name', async () => {
    const { source } = await openServed({ content: '' })
    expect(await source.sibling!('file.bin?x#y')).toBeUndefined()
    expect((await source.sibling!('file.bin'))?.name).toBe(source.name)
  })
})
