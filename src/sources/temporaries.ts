/**
 * Temporary files beside those that are written. Their names say that rowspace made them and which process
 * did, so that those of killed processes are removed and nothing else is.
 */
import { files, paths } from './node.ts'
import { formatToken, isRunning, ownToken, type ProcessToken, parseToken } from './process-token.ts'

/** The token of the process, random digits, and a purpose (locks use it). */
const NAME = /^\.rowspace-(.+)-[0-9a-f]{8}(?:\+([0-9a-f]{8}))?\.tmp$/

/** Where it cannot be known whether the process still runs: nobody writes for a day without a byte. */
const STALE_MILLISECONDS = 86_400_000

/** A new name. `purpose` is eight hexadecimal digits. */
export async function temporaryName(purpose?: string): Promise<string> {
  const random = globalThis.crypto.randomUUID().slice(0, 8)
  const suffix = purpose === undefined ? '' : `+${purpose}`
  return `.rowspace-${formatToken(await ownToken())}-${random}${suffix}.tmp`
}

/** The process that a temporary belongs to and its purpose, from its name; undefined for other files. */
export function parseTemporaryName(
  name: string,
): { token: ProcessToken; purpose: string | undefined } | undefined {
  const [, text = '', purpose] = NAME.exec(name) ?? []
  const token = parseToken(text)
  return token && { token, purpose }
}

/** Removes what killed processes left in a folder, as far as it can be listed and the files be removed. */
export async function removeStaleTemporaries(folder: string): Promise<void> {
  const names = await files()
    .readdir(folder)
    .catch(() => [])
  for (const name of names) {
    const path = paths().join(folder, name)
    if (await isStale(name, path)) await removeIfThere(path)
  }
}

/** Removes a file; one that is gone, or cannot be removed, is left. */
export async function removeIfThere(path: string): Promise<void> {
  await files()
    .rm(path)
    .catch(() => {})
}

async function isStale(name: string, path: string): Promise<boolean> {
  const maker = parseTemporaryName(name)?.token
  if (maker === undefined) return false
  const running = await isRunning(maker)
  if (running !== undefined) return !running
  const age = await ageOf(path)
  return age !== undefined && age > STALE_MILLISECONDS
}

/** Milliseconds since a file was changed; undefined where it is gone. */
export async function ageOf(path: string): Promise<number | undefined> {
  const status = await files()
    .stat(path)
    .catch(() => undefined)
  return status && Date.now() - status.mtimeMs
}
