/**
 * The packed tarball in bundlers and frameworks that are common, and in places with rules of their own: what each
 * of them makes answers as the package itself does. `npm run test:bundlers` tries all and writes the table of them;
 * other runs leave the slow ones out.
 */
import type { Browser } from 'playwright'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readSection, writeSection } from '../../scripts/page-section.mjs'
import { findChromium } from '../chromium.ts'
import { projectPath } from '../shared-data.ts'
import { everything } from './answers.ts'
import { haveBundlers, installBundlers } from './bundlers.ts'
import { launch } from './page.ts'
import { installPacked } from './project.ts'
import { TOOLS } from './tools/index.ts'
import { splitServiceWorker } from './tools/service-workers.ts'
import { tableOf } from './tools/table.ts'

const SLOW = 300_000
const ALL = process.env.ROWSPACE_BUNDLERS === 'all'
const CASES = TOOLS.flatMap(({ name, uses }) =>
  Object.entries(uses).map(([use, how]) => ({ name, use, ...how })),
).filter(({ slow }) => ALL || !slow)
let right = 0

describe.skipIf(!haveBundlers() || findChromium() === undefined)('the answers are the same in', () => {
  let browser: Browser
  beforeAll(async () => {
    const project = installPacked()
    installBundlers(project.tarball)
    project.remove()
    browser = await launch()
  }, 600_000)
  afterAll(() => browser?.close())

  test.each(CASES)('$name, $use', { timeout: SLOW }, async ({ ask, places, threads }) => {
    const answers = await ask(browser)
    expect(Object.keys(answers)).toEqual(places)
    for (const place of places) expect(answers[place], place).toEqual(everything(threads))
    right++
  })

  test('a service worker that was split says what to do', { timeout: SLOW }, async () => {
    const split = /^IO: The default table's module .* without code splitting; .*import\(\) is disallowed/
    expect(await splitServiceWorker(browser)).toMatch(split)
  })
})

test('the documentation says where it runs', () => {
  const page = projectPath('docs/start/where-it-runs.md')
  const table = tableOf(TOOLS)
  if (ALL) {
    expect(right, 'all must answer before the table is written').toBe(CASES.length)
    writeSection(page, 'bundlers', table)
    console.log(table)
  }
  expect(readSection(page, 'bundlers'), 'npm run test:bundlers writes it').toBe(table)
})
