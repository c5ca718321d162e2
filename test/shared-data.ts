/** Real data beside the project, which tests read where it is there. Node only. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const FOLDER = process.env.ROWSPACE_DATA ?? join(ROOT, '../shared/data')

/** The path of a file or folder of the shared data. */
export function sharedPath(name: string): string {
  return join(FOLDER, name)
}

/** The path of a file of the project. */
export function projectPath(name: string): string {
  return join(ROOT, name)
}

/**
 * Whether all these files are there; if not, says what is left out. For `describe.skipIf(!isThere(…))`.
 * ROWSPACE_REQUIRE_DATA=1 makes a missing file an error.
 */
export function isThere(...paths: string[]): boolean {
  const missing = paths.filter((path) => !existsSync(path))
  if (missing.length === 0) return true
  const reason = `${missing.join(', ')} is not there`
  if (process.env.ROWSPACE_REQUIRE_DATA === '1') throw new Error(`ROWSPACE_REQUIRE_DATA=1, but ${reason}`)
  console.warn(`Left out, because ${reason} (ROWSPACE_DATA names the folder of shared data)`)
  return false
}
