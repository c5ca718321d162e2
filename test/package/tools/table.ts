/** The table of tools for docs/: versions, uses, threads, and what each needs. */
import { pinnedVersions } from '../bundlers.ts'
import type { Tool } from './tool.ts'

export function tableOf(tools: readonly Tool[]): string {
  const versions = pinnedVersions()
  const rows = tools.map(({ name, package: folder, uses, needs }) => {
    const version = folder === undefined ? '' : versions[folder]
    if (version === undefined) throw new Error(`test/bundlers/package.json does not pin ${folder}`)
    const ways = Object.values(uses)
    const places = new Set(ways.flatMap(({ places }) => places))
    const threads = new Set(ways.map(({ threads }) => (threads > 1 ? 'yes' : 'no')))
    return [
      name,
      version,
      Object.keys(uses).join(', '),
      [...places].join(', '),
      [...threads].join(', '),
      needs,
    ]
  })
  const heading = ['tool', 'version', 'tried', 'runs in', 'threads', 'what you need to write or know']
  return [heading, heading.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}
