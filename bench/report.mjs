/** What was measured, as a table to read. */
import Table from 'cli-table3'

const milliseconds = (value) => value.toFixed(value < 10 ? 3 : 1)
const percent = (share) => `${Math.round(share * 100)} %`
const optional = (value, format) => (value === undefined || Number.isNaN(value) ? '' : format(value))

const COLUMNS = [
  ['threads', ({ threads }) => threads.toString()],
  ['one query, ms', ({ median }) => milliseconds(median)],
  ['p95', ({ p95 }) => milliseconds(p95)],
  ['x best plain JS', ({ ratio, group }) => (group === 'reading' ? '' : ratio.toFixed(2))],
  ['GB/s', ({ gigabytesPerSecond }) => optional(gigabytesPerSecond, (value) => value.toFixed(1))],
  ['of reading', ({ shareOfReading }) => optional(shareOfReading, percent)],
  ['in batches of 100, ms a query', ({ batchMedian }) => optional(batchMedian, milliseconds)],
  ['x', ({ batchRatio }) => optional(batchRatio, (value) => value.toFixed(1))],
  ['setup, s', ({ setup, group }) => (group === 'reading' ? '' : (setup / 1000).toFixed(2))],
  [
    'memory, MB',
    ({ resident, group }) =>
      group === 'reading' ? '' : optional(resident, (bytes) => Math.round(bytes / 1e6).toString()),
  ],
  ['recall', ({ recall }) => optional(recall, (value) => value.toFixed(value === 1 ? 0 : 3))],
]

/** A report of one table as text. */
export function formatReport({ size, dimension, data, k, results }) {
  const columns = COLUMNS.filter(([, cell]) => results.some((result) => cell(result) !== ''))
  const table = new Table({
    head: [`${size.toLocaleString('en')} x ${dimension}, ${data}`, ...columns.map(([head]) => head)],
    colAligns: ['left', ...columns.map(() => 'right')],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
  for (const result of results) table.push([result.name, ...columns.map(([, cell]) => cell(result))])
  return [table.toString(), ...remarks({ size, k, results }), ''].join('\n')
}

function remarks({ size, k, results }) {
  const codes = results
    .filter(({ mostRescored }) => mostRescored > 0)
    .map(({ name, codes, mostRescored }) => {
      return `${name}: codes of ${codes}, at most ${mostRescored} rows (${((mostRescored / size) * 100).toFixed(2)} %) scored in full`
    })
  return [`k = ${k}; every answer checked against float64`, ...codes]
}
