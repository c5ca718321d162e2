/**
 * The published types: every door compiles in strict programs, with the DOM library or Node's types, from
 * TypeScript 5.7 on.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { projectPath } from '../shared-data.ts'
import { haveBundlers, installBundlers } from './bundlers.ts'
import { installPacked, type Project } from './project.ts'

/** The oldest that can read the types, as README.md says. */
const OLDEST = 'test/bundlers/node_modules/typescript-5.7'
const COMPILERS = ['node_modules/typescript', ...(haveBundlers() ? [OLDEST] : [])]
const DOM = { lib: ['es2022', 'dom', 'esnext.disposable'], types: [] }
const NODE = { lib: ['es2022'], types: ['node'] }

let project: Project
beforeAll(() => {
  project = installPacked()
  if (haveBundlers() && !existsSync(projectPath(OLDEST))) installBundlers(project.tarball)
  for (const name of ['@types/node', 'undici-types']) {
    mkdirSync(join(project.folder, 'node_modules/@types'), { recursive: true })
    cpSync(projectPath(`node_modules/${name}`), join(project.folder, 'node_modules', name), {
      recursive: true,
    })
  }
  const { exports } = JSON.parse(readFileSync(projectPath('package.json'), 'utf8'))
  const doors = Object.keys(exports).filter((door) => typeof exports[door] !== 'string')
  const lines = doors.map((door, index) => `export * as door${index} from 'rowspace${door.slice(1)}'\n`)
  project.write('doors.ts', lines.join(''))
}, 600_000)
afterAll(() => project?.remove())

const CASES = COMPILERS.flatMap((compiler) => [
  { compiler, library: 'the DOM library', options: DOM },
  { compiler, library: "Node's types alone", options: NODE },
])

test.each(CASES)('$compiler with $library', ({ compiler, options }) => {
  const compilerOptions = {
    ...options,
    strict: true,
    exactOptionalPropertyTypes: true,
    // the types themselves are checked, not only what uses them
    skipLibCheck: false,
    noEmit: true,
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
  }
  const config = project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['doors.ts'] }))
  try {
    execFileSync(process.execPath, [projectPath(`${compiler}/bin/tsc`), '-p', config], { encoding: 'utf8' })
  } catch (error) {
    expect.fail((error as { stdout: string }).stdout)
  }
})
