/** Jest, whose tests are ES modules. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundleWith, LATER_NODE, makeApp, programPath } from '../bundlers.ts'
import type { Tool } from './tool.ts'

const APP = {
  'package.json': `${JSON.stringify({ name: 'app', private: true, type: 'module', jest: { transform: {} } })}\n`,
  'answer.test.js': `import { writeFileSync } from 'node:fs'
import { askAll } from './ask-all.mjs'
test('it answers', async () => {
  const answer = await askAll(2)
  expect(answer.oneThread).toBe(answer.twoThreads)
  writeFileSync('answer.json', JSON.stringify(answer))
}, 120_000)
`,
}

export const JEST: Tool = {
  name: 'Jest',
  package: 'jest',
  needs: '`NODE_OPTIONS=--experimental-vm-modules` and `"transform": {}`',
  uses: {
    'ES modules': {
      places: ['Node'],
      threads: 2,
      async ask() {
        const app = makeApp('jest', APP)
        const jest = programPath('node_modules/jest/bin/jest.js')
        await bundleWith(app, LATER_NODE, '--experimental-vm-modules', jest, '--no-watchman')
        return { Node: JSON.parse(readFileSync(join(app, 'answer.json'), 'utf8')) }
      },
    },
  },
}
