/** The databases one after the other, each step in a process of its own; their files are removed at once. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { showProgress } from '../progress.mjs'

const WORK = fileURLToPath(new URL('./work.mjs', import.meta.url))
const { dependencies } = JSON.parse(readFileSync(new URL('./package.json', import.meta.url), 'utf8'))
const DATABASES = { duckdb: '@duckdb/node-api', lancedb: '@lancedb/lancedb', 'sqlite-vec': 'sqlite-vec' }

/**
 * @param given the file of the rows and its index, the folder for others, and questions with their answers
 */
export function measureDatabases({ folder, ...given }) {
  return Object.entries(DATABASES).flatMap(([name, dependency]) => {
    const own = join(folder, name)
    mkdirSync(own)
    try {
      const { milliseconds: loaded } = work('load', { ...given, name, folder: own })
      const disk = bytesIn(own)
      return work('ways', { name }).map((way) => ({
        name: `${name} ${dependencies[dependency]}, ${way}`,
        loaded,
        disk,
        ...work('ask', { ...given, name, folder: own, way }),
      }))
    } finally {
      rmSync(own, { recursive: true, force: true })
    }
  })
}

function work(task, given) {
  showProgress(`${given.name}: ${task}`)
  const output = execFileSync(process.execPath, ['--no-warnings', WORK, task], {
    input: JSON.stringify(given),
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  showProgress('')
  return JSON.parse(output)
}

function bytesIn(folder) {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.reduce(
    (sum, entry) => sum + (entry.isFile() ? statSync(join(entry.parentPath, entry.name)).size : 0),
    0,
  )
}
