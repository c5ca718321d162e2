/** What is coloured, and when: the modules are loaded anew, since they look at the terminal once. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { encodeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { folder } from './command.ts'

const isTTY = Object.getOwnPropertyDescriptor(process.stdout, 'isTTY')

afterEach(() => {
  vi.unstubAllEnvs()
  vi.resetModules()
  if (isTTY) Object.defineProperty(process.stdout, 'isTTY', isTTY)
  else Reflect.deleteProperty(process.stdout, 'isTTY')
})

function setUp(terminal: boolean | undefined, environment: Readonly<Record<string, string>>): void {
  vi.resetModules()
  for (const name of ['NO_COLOR', 'FORCE_COLOR', 'TERM']) vi.stubEnv(name, environment[name])
  Object.defineProperty(process.stdout, 'isTTY', { value: terminal, configurable: true })
}

const CYAN = (text: string) => `\x1b[36m${text}\x1b[39m`
const DIM = (text: string) => `\x1b[2m${text}\x1b[22m`

test.each([
  [true, {}, true],
  [true, { TERM: 'xterm' }, true],
  [true, { TERM: 'dumb' }, false],
  [false, {}, false],
  [undefined, { TERM: 'xterm' }, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { FORCE_COLOR: '0' }, false],
  [false, { FORCE_COLOR: '1' }, true],
  [false, { FORCE_COLOR: '' }, false],
  [true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
])('terminal: %s, %j: %s', async (terminal, environment, coloured) => {
  setUp(terminal, environment)
  const { paint } = await import('../../cli/output.ts')
  expect(paint.bold('x').startsWith('\x1b[1m')).toBe(coloured)
})

test('the metric that matches are ranked by; baselines are dimmed', async () => {
  setUp(true, {})
  const { matchRows } = await import('../../cli/views/matches.ts')
  const match = { id: 7, token: 'b', cosine: 0.5, dot: 1.5 }
  const baseline = { id: 8, token: 'c', cosine: 0.25, dot: 1.25 }
  const byCosine = matchRows([match], [baseline], 'cosine')
  expect(byCosine).toContain(CYAN('0.5000'))
  expect(byCosine).not.toContain(CYAN('1.5000'))
  for (const text of ['c', '0.2500', '1.2500', '8', 'at random:']) expect(byCosine).toContain(DIM(text))
  const byDot = matchRows([match], undefined, 'dot')
  expect(byDot).toContain(CYAN('1.5000'))
  expect(byDot).not.toContain(CYAN('0.5000'))
})

test('of a demonstration’s answers the first row is green', async () => {
  setUp(true, {})
  const { formatDemonstration } = await import('../../cli/views/demonstration.ts')
  const match = (token: string) => ({ id: 0, token, cosine: 0.5, dot: 1 })
  const timed = (...tokens: string[]) => ({ matches: tokens.map(match), milliseconds: 1 })
  const text = formatDemonstration({
    size: 3,
    dimension: 2,
    milliseconds: 1,
    sentence: { text: 'a', found: [] },
    neighbours: { word: 'a', ...timed('a') },
    analogy: { ...timed('queen', 'prince'), unrelated: [], random: [], seed: 1 },
    measures: { cosine: timed('rome', 'turin'), dot: timed('milan', 'genoa'), first: [] },
  })
  const green = (token: string) => text.includes(`\x1b[32m${token}\x1b[39m`)
  expect(['queen', 'rome', 'milan'].map(green)).toEqual([true, true, true])
  expect(['prince', 'turin', 'genoa'].map(green)).toEqual([false, false, false])
})

test('the tensor that is the table, in the list of inspect', async () => {
  setUp(true, {})
  const path = join(folder(), 'model.safetensors')
  const tensors = ['wte.weight', 'other'].map((name) => {
    return { name, dtype: 'F32', shape: [2, 2], bytes: new Uint8Array(16) }
  })
  writeFileSync(path, Buffer.concat([...encodeSafetensors(tensors)]))
  const { inspect } = await import('../../cli/commands/inspect.ts')
  const { readArguments } = await import('../../cli/parsing/arguments.ts')
  const list = (await inspect.run(readArguments([path], inspect))).text().split('2 tensors')[1] ?? ''
  expect(list).toContain(CYAN('wte.weight'))
  expect(list).not.toContain(CYAN('other'))
})
