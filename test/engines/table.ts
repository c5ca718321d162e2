/** The table of a run: printed, and on the page "Where it runs". */
import { readSection, writeSection } from '../../scripts/page-section.mjs'
import { projectPath } from '../shared-data.ts'
import { hashOf } from './answers.ts'
import type { Engine } from './engines.ts'
import type { Report } from './program/report.ts'
import type { SuitesReport } from './suites/run.ts'

export interface Result {
  engine: Engine
  failures: string[]
  /** Why it was left out. */
  missing?: string
  report?: Report
  suites?: SuitesReport
  seconds?: number
}

const PAGE = projectPath('docs/start/where-it-runs.md')
const SECTION = 'engines'

export function printTable(results: readonly Result[]): string {
  const rows = results.map(({ engine, failures, missing, report, suites, seconds }) => [
    engine.name,
    missing ? '' : engine.version().replace(/^v/, ''),
    report ? simdOf(report) : '',
    report ? String(report.threads) : '',
    report ? hashOf(report.sections) : '',
    suites ? `${suites.passed} passed, ${suites.failed.length} failed` : '',
    failures.length > 0 ? 'failed' : missing ? `left out: ${missing}` : `equal, ${seconds?.toFixed(0)} s`,
  ])
  const head = ['engine', 'version', 'SIMD', 'threads', 'hash', 'core suites', 'result']
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

const simdOf = ({ relaxed }: Report) => (relaxed ? 'relaxed' : 'plain')

export function writePage(results: readonly Result[]): void {
  const hashes = new Set(results.flatMap(({ report }) => (report ? [hashOf(report.sections)] : [])))
  const lines = results.flatMap((result) => rowOf(result) ?? [])
  writeSection(
    PAGE,
    SECTION,
    `${lines.length} engines, one program, one hash of all its answers: \`${[...hashes].join(', ')}\`.

| engine | tested | SIMD | threads | core suites |
| --- | --- | --- | --- | --- |
${lines.join('\n')}`,
  )
}

/** What of the page is not as this run found it. The versions of browsers are the machine's. */
export function checkPage(results: readonly Result[]): string[] {
  const written = readSection(PAGE, SECTION).split('\n')
  return results.flatMap((result) => {
    const row = rowOf(result)
    if (row === undefined || result.failures.length > 0) return []
    const isWritten = written.some((line) => comparable(line, result) === comparable(row, result))
    return isWritten ? [] : [`${PAGE} does not have the row ${row} (--write writes it)`]
  })
}

function rowOf({ engine, report }: Result): string | undefined {
  if (report === undefined) return undefined
  const version = engine.version().replace(/^v/, '')
  const threads = report.threads > 1 ? 'yes' : 'one thread'
  const suites = engine.runs === undefined ? '–' : 'passed'
  return `| ${engine.name} | ${version} | ${simdOf(report)} | ${threads} | ${suites} |`
}

const comparable = (row: string, { engine }: Result) =>
  engine.pinned ? row : row.replace(/^(\| [^|]* \| )[^|]*/, '$1')
