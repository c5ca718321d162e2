/** Test runners: a test of theirs asks, and writes the answer down. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWith, LATER_NODE, makeApp, programPath } from '../bundlers.ts'
import type { Tool, Use } from './tool.ts'

const APP = {
  'package.json': `${JSON.stringify({ name: 'app', private: true, type: 'module', jest: { transform: {} } })}\n`,
  'answer.test.js': `import { writeFileSync } from 'node:fs'
import { askAll } from './ask-all.mjs'
test('it answers', async () => {
  writeFileSync('answer.json', JSON.stringify(await askAll(2)))
}, 120_000)
`,
}

/** With its tests as ES modules; `args` are what Node is started with. */
const useOf = (name: string, ...args: string[]): Use => ({
  places: ['Node'],
  threads: 2,
  async ask() {
    const app = makeApp(name, APP)
    await bundleWith(app, LATER_NODE, ...args)
    return { Node: JSON.parse(readFileSync(join(app, 'answer.json'), 'utf8')) }
  },
})

const JEST = programPath('node_modules/jest/bin/jest.js')
const VITEST = programPath('node_modules/vitest/vitest.mjs')

export const TEST_RUNNERS: Tool[] = [
  {
    name: 'Jest',
    package: 'jest',
    needs: '`NODE_OPTIONS=--experimental-vm-modules` and `"transform": {}`',
    uses: { 'ES modules': useOf('jest', '--experimental-vm-modules', JEST, '--no-watchman') },
  },
  {
    name: 'Vitest',
    package: 'vitest',
    needs: '',
    uses: { 'ES modules': useOf('vitest', VITEST, 'run', '--globals') },
  },
]
