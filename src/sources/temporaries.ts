/**
 * Temporary files beside those that are written. Their names say that rowspace made them and which process did, so that those of killed
 * processes are removed and nothing else is.
 */
import { nodeModule } from './node.ts'
import { isRunning, ownToken, type ProcessToken } from './process-token.ts'

/** host, start of the machine, process, its start, random, and for whom (locks use it) */
const NAME = /^\.rowspace-([0-9a-f]{8})-([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{8}(?:-([0-9a-f]{8}))?\.tmp$/

/** Whether the process of another machine still runs is not known: nobody writes for a day without a byte. */
const STALE_MILLISECONDS = 86_400_000

/** A new name. `purpose` is eight hexadecimal digits. */
export async function temporaryName(purpose?: string): Promise<string> {
  const { host, boot, pid, start } = await ownToken()
  const random = globalThis.crypto.randomUUID().slice(0, 8)
  return `.rowspace-${host}-${boot}-${pid}-${start}-${random}${purpose === undefined ? '' : `-${purpose}`}.tmp`
}

/** The process that a temporary belongs to and its purpose, from its name; undefined for other files. */
export function parseTemporaryName(
  name: string,
): { token: ProcessToken; purpose: string | undefined } | undefined {
  const [, host, boot, pid, start, purpose] = NAME.exec(name) ?? []
  if (host === undefined || boot === undefined || pid === undefined || start === undefined) return undefined
  return { token: { host, boot, pid: Number(pid), start }, purpose }
}

/** Removes what killed processes left in a folder. A folder that cannot be listed, or a file that cannot be removed, is left. */
export async function removeStaleTemporaries(folder: string): Promise<void> {
  const { readdir, rm } = nodeModule('node:fs/promises', 'remove old temporary files')
  const { join } = nodeModule('node:path', 'remove old temporary files')
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name)
    if (await isStale(name, path)) await rm(path, { force: true }).catch(() => {})
  }
}

async function isStale(name: string, path: string): Promise<boolean> {
  const maker = parseTemporaryName(name)?.token
  if (maker === undefined) return false
  const running = await isRunning(maker)
  if (running !== undefined) return !running
  const { stat } = nodeModule('node:fs/promises', 'remove old temporary files')
  const status = await stat(path).catch(() => undefined)
  return status !== undefined && Date.now() - status.mtimeMs > STALE_MILLISECONDS
}
