/** The help of the command and of each of its commands. */

import { columns, paint } from '../output.ts'
import { COMMON } from '../parsing/arguments.ts'
import type { Command } from '../parsing/command.ts'
import type { Option } from '../parsing/option.ts'

/** `rowspace --help`. */
export function generalHelp(commands: readonly Command[], version: string): string {
  const rows = commands.map(({ name, operands, summary }) => [
    `rowspace ${paint.bold(name)} ${operands.join(' ')}`.trimEnd(),
    summary,
  ])
  return [
    `${paint.bold('rowspace')} ${version}  look up, compare and add rows of embedding tables`,
    '',
    columns('ll', undefined, [['rowspace', 'a demonstration, on the table that comes with it'], ...rows]),
    '',
    '<table> is a path, a URL, a model (hf:owner/name[@revision][/file]),',
    'or `default`: 20,000 words of GloVe 6B.',
    'nearest, analogy, lookup and inspect take a table on ClickHouse too:',
    'clickhouse://host:port/database/table.',
    'The format is recognised by content: safetensors, GGUF, npy with words beside it,',
    'word2vec text and binary, GloVe text, raw float32 with words.json.',
    '',
    optionRows({ ...COMMON, version: { short: 'V', help: 'the version' } }),
    '',
    `More about a command: rowspace ${paint.bold('nearest')} --help`,
  ].join('\n')
}

/** `rowspace nearest --help`. */
export function commandHelp({ name, summary, operands, options, notes, examples }: Command): string {
  return [
    `${paint.bold(`rowspace ${name}`)} ${[...operands, '[options]'].join(' ')}`,
    summary,
    '',
    optionRows({ ...options, ...COMMON }),
    '',
    ...(notes === undefined ? [] : [...notes, '']),
    ...examples.map((example) => paint.dim(`  ${example}`)),
  ].join('\n')
}

function optionRows(options: Readonly<Record<string, Option>>): string {
  const rows = Object.entries(options).map(([name, { short, value, help }]) => {
    const long = name.length === 1 ? '' : `--${name}`
    const spelled = [short === undefined ? '' : `-${short}`, long].filter((part) => part !== '').join(', ')
    return [value === undefined ? spelled : `${spelled} ${paint.dim(value)}`, help]
  })
  return columns('ll', undefined, rows)
}
