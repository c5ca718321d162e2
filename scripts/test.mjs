/**
 * `npm test`: the suite in Node, and again in Chromium where there is one (vitest.config.ts). Arguments go to
 * vitest: `npm test -- nearest --project node`. The last line is the count, alone.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs')
const folder = mkdtempSync(join(tmpdir(), 'rowspace-test-'))
const counts = join(folder, 'counts.json')
const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${counts}`]
const { status } = spawnSync(process.execPath, [vitest, 'run', ...reporters, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
try {
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(counts, 'utf8'))
  // a file that could not be loaded has no failed test, but is one
  const failed = status === 0 ? numFailedTests : Math.max(numFailedTests, numFailedTestSuites, 1)
  console.log(`${numPassedTests} passed, ${failed} failed`)
} catch {
  console.error('vitest ended before it counted its tests')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = status ?? 1
