/**
 * The code of README.md and docs/, block by block. What stands before a block in an HTML comment says how it is tried:
 *
 *   <!-- with: table -->                    variables that the text around it has introduced (PRELUDES)
 *   <!-- only: types, because … -->         type-checked and not run
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { projectPath } from '../shared-data.ts'

/** What a block may use without declaring it. */
const PRELUDES: Record<string, string> = {
  rows: `const tokens = ['king', 'queen', 'man', 'woman']
const rows = Float32Array.of(1, 1, 0, 1, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1)`,
  table: `import { openDefaultTable as openForThisBlock } from 'rowspace/default'
const table = await openForThisBlock()`,
  vector384: 'const vector = Float32Array.from({ length: 384 }, (_, column) => Math.cos(column))',
  // the folder that blocks run in holds vectors.safetensors
  files: '',
}

export interface CodeBlock {
  /** `guides/bulk.md:12`: the file and the line of its first line of code. */
  readonly place: string
  readonly language: string
  /** The code, with what it relies on before it. */
  readonly code: string
  readonly run: boolean
}

/** The blocks of one Markdown text. Throws where a comment requires something that is not known. */
export function codeBlocks(page: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  const pattern = /(?:<!--([^>]*)-->\s*)?^```(\w+)[^\n]*\n([\s\S]*?)^```$/gm
  for (const match of markdown.matchAll(pattern)) {
    const [, comment = '', language = '', code = ''] = match
    const start = match.index + match[0].indexOf('```')
    const place = `${page}:${markdown.slice(0, start).split('\n').length + 1}`
    const [, onlyTypes] = /only: types, because (.+)/.exec(comment) ?? []
    const names = /with: ([\w, ]+)/.exec(comment)?.[1]?.trim().split(/,\s*/) ?? []
    const preludes = names.map((name) => {
      const prelude = PRELUDES[name]
      if (prelude === undefined) throw new Error(`${place}: there is no prelude "${name}"`)
      return prelude
    })
    blocks.push({
      place,
      language,
      code: [...preludes, code].join('\n'),
      run: onlyTypes === undefined,
    })
  }
  return blocks
}

/** All pages that people read: the README and docs/, without what is generated. */
export function documentedBlocks(): CodeBlock[] {
  const docs = projectPath('docs')
  const pages = readdirSync(docs, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !/^(api|node_modules)\b/.test(name))
    .sort()
  return ['README.md', ...pages.map((page) => join('docs', page))].flatMap((page) =>
    codeBlocks(page, readFileSync(projectPath(page), 'utf8')),
  )
}
