/**
 * Where the hub is, who calls and where the cache is: options before the environment, the environment before
 * defaults.
 */
import os from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { cacheFolder, DiskStore } from '../../src/hub/disk-store.ts'
import { openStore, readSettings } from '../../src/hub/settings.ts'

const VARIABLES = [
  'HF_ENDPOINT',
  'HF_TOKEN',
  'HF_HUB_OFFLINE',
  'ROWSPACE_CACHE',
  'XDG_CACHE_HOME',
  'LOCALAPPDATA',
]
beforeEach(() => {
  for (const name of VARIABLES) vi.stubEnv(name, undefined)
})
afterEach(() => {
  vi.unstubAllEnvs()
  vi.unstubAllGlobals()
})

test('without options and environment', () => {
  const { endpoint, ...rest } = readSettings({})
  expect(endpoint.href).toBe('https://huggingface.co/')
  expect(rest).toEqual({
    headers: {},
    hasToken: false,
    offline: false,
    refresh: false,
    store: new DiskStore(cacheFolder()),
    source: {},
  })
})

test('options of the source go on, those of the hub do not', () => {
  const { source } = readSettings({ retries: 1, hub: { offline: true } })
  expect(source).toEqual({ retries: 1 })
})

describe('the endpoint', () => {
  test('is HF_ENDPOINT unless given', () => {
    vi.stubEnv('HF_ENDPOINT', 'http://mirror.invalid/x')
    expect(readSettings({}).endpoint.href).toBe('http://mirror.invalid/x')
    expect(readSettings({ hub: { endpoint: 'https://mine.invalid' } }).endpoint.href).toBe(
      'https://mine.invalid/',
    )
    vi.stubEnv('HF_ENDPOINT', '')
    expect(readSettings({}).endpoint.host).toBe('huggingface.co')
  })
  test.each([
    'x',
    'ftp://a.invalid',
    'xhttp://a.invalid',
    'http://a.invalid?b',
    'http://a.invalid#b',
    'http://me@a.invalid',
    'http://:secret@a.invalid',
  ])('%j is none', (endpoint) => {
    vi.stubEnv('HF_ENDPOINT', endpoint)
    expect(() => readSettings({})).toThrow(
      expect.objectContaining({
        code: 'INVALID_ARGUMENT',
        message: expect.stringMatching(
          /^The endpoint of the hub \(HF_ENDPOINT\) must be an http\(s\) address/,
        ),
      }),
    )
    expect(() => readSettings({})).not.toThrow(/secret/)
  })
})

describe('the token', () => {
  const headersWith = (token?: string) => readSettings({ hub: token === undefined ? {} : { token } })
  test('is HF_TOKEN unless given, without spaces around it', () => {
    vi.stubEnv('HF_TOKEN', ' hf_env\n')
    expect(headersWith()).toMatchObject({ headers: { authorization: 'Bearer hf_env' }, hasToken: true })
    expect(headersWith('hf_mine').headers).toEqual({ authorization: 'Bearer hf_mine' })
    expect(headersWith(' ')).toMatchObject({ headers: {}, hasToken: false })
  })
  test.each(['a b', 'é', 'a\u007f', '\u00a1a'])('%j is none, and is not shown', (token) => {
    expect(() => headersWith(token)).toThrow(/^The token \(HF_TOKEN\) has characters that no token has/)
  })
})

test.each([
  ['1', true],
  ['TRUE', true],
  ['yes', true],
  ['on', true],
  ['0', false],
  ['', false],
  ['10', false],
  ['xon', false],
])('HF_HUB_OFFLINE=%s: %s, unless given', (value, offline) => {
  vi.stubEnv('HF_HUB_OFFLINE', value)
  expect(readSettings({}).offline).toBe(offline)
  expect(readSettings({ hub: { offline: !offline } }).offline).toBe(!offline)
})

test('refresh and no cache', () => {
  expect(readSettings({ hub: { refresh: true, cache: false } })).toMatchObject({
    refresh: true,
    store: undefined,
  })
  expect(openStore('mine')).toEqual(new DiskStore('mine'))
})

describe('the folder of the cache', () => {
  const on = (platform: string) => vi.stubGlobal('process', { ...process, env: process.env, platform })
  const home = os.homedir()
  test('is ROWSPACE_CACHE', () => {
    vi.stubEnv('ROWSPACE_CACHE', '/mine')
    expect(cacheFolder()).toBe('/mine')
    expect(openStore(true)).toEqual(new DiskStore('/mine'))
  })
  test.each([
    ['linux', undefined, join(home, '.cache/rowspace')],
    ['linux', ['XDG_CACHE_HOME', '/xdg'], '/xdg/rowspace'],
    ['darwin', ['XDG_CACHE_HOME', '/xdg'], join(home, 'Library/Caches/rowspace')],
    ['win32', undefined, join(home, 'AppData/Local/rowspace/Cache')],
    ['win32', ['LOCALAPPDATA', '/local'], '/local/rowspace/Cache'],
  ] as const)('on %s with %j: %s', (platform, variable, expected) => {
    if (variable !== undefined) vi.stubEnv(variable[0], variable[1])
    on(platform)
    expect(cacheFolder()).toBe(expected)
  })
})
