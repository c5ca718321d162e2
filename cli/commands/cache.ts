/** `rowspace cache`: what is cached of models, and of indexes that came over HTTP, and how to remove it. */

import { bytes } from '../../data/figures.ts'
import { RowspaceError } from '../../src/core/errors.ts'
import { describe } from '../../src/core/values.ts'
import { cacheFolder } from '../../src/hub/disk-store.ts'
import { shownAddress } from '../../src/hub/layout.ts'
import { parseAddress } from '../../src/hub/manage-cache.ts'
import { type CachedEntry, clearCache, listCache, parseHubName } from '../../src/hub.ts'
import { columns, oneLine, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'

export const cache: Command = {
  name: 'cache',
  summary: 'the cache of models and indexes that were downloaded: list it (ls), clear it (rm)',
  operands: ['<ls|rm>', '[hf:owner/name|URL]'],
  options: { all: { help: 'rm: everything' } },
  notes: ['It is in the folder ROWSPACE_CACHE, else where caches of this platform are.'],
  examples: ['rowspace cache ls', 'rowspace cache rm hf:openai-community/gpt2', 'rowspace cache rm --all'],
  async run(args: Arguments): Promise<Answer> {
    const [action, name] = args.operands
    if (action === 'ls' && args.flag('all')) {
      throw new RowspaceError(
        'INVALID_ARGUMENT',
        '--all is for cache rm; cache ls lists everything unless a model is named.',
      )
    }
    if (action === 'ls') return list(name)
    if (action === 'rm') return remove(name, args.flag('all'))
    throw new RowspaceError('INVALID_ARGUMENT', `cache takes ls or rm; got ${describe(action)}.`)
  },
}

async function list(name: string | undefined): Promise<Answer> {
  const isListed = name === undefined ? () => true : namedBy(name)
  const files = (await listCache()).filter(isListed)
  const folder = cacheFolder()
  const size = files.reduce((sum, file) => sum + file.cachedBytes, 0)
  return { text: () => formatList(folder, files, size), document: { folder, bytes: size, files } }
}

/** Whether a file is of the model, or the revision of it, or of the address that is named. */
function namedBy(name: string): (file: CachedEntry) => boolean {
  const address = parseAddress(name)
  if (address !== undefined) return (file) => file.name === shownAddress(address)
  parseHubName(name)
  return (file) => file.name === name || file.name.startsWith(`${name}/`) || file.name.startsWith(`${name}@`)
}

function formatList(folder: string, files: readonly CachedEntry[], size: number): string {
  const head = `${paint.bold(oneLine(folder))}  ${bytes(size)}`
  if (files.length === 0) return `${head}\n  nothing is cached`
  const rows = files.map((file) => [oneLine(file.name), bytes(file.cachedBytes), `of ${bytes(file.size)}`])
  return `${head}\n${columns('lrl', undefined, rows)}`
}

async function remove(name: string | undefined, all: boolean): Promise<Answer> {
  if ((name === undefined) !== all) {
    const problem = all
      ? 'either a model or --all, not both'
      : 'a model (hf:owner/name), the URL of an index, or --all'
    throw new RowspaceError('INVALID_ARGUMENT', `cache rm takes ${problem}.`)
  }
  const freed = await clearCache(name)
  return { text: () => `${bytes(freed)} freed`, document: { folder: cacheFolder(), freed } }
}
