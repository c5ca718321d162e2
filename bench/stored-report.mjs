/** The report of bench/stored.mjs as text. */
import { describeMachine } from './machine.mjs'

export function formatStored({ machine, overHttp, ...report }) {
  const parts = [formatFiles, formatIndexing, formatDatabases].flatMap((format) => format(report) ?? [])
  return [describeMachine(machine), ...parts, formatServed(overHttp)].join('\n\n')
}

function milliseconds(value) {
  return value < 10 ? value.toFixed(1) : value.toFixed(0)
}

const gigabytes = (value) => `${(value / 1e9).toFixed(2)} GB`

function formatServed({
  rows,
  dimension,
  latency,
  first,
  firstOpened,
  second,
  secondOpened,
  recall,
  ...question
}) {
  const megabytes = (value) => `${(value / 1e6).toFixed(1)} MB`
  const [median, most] = [question.bytes, question.bytes95].map((value) => `${(value / 1e3).toFixed(0)} KB`)
  return (
    `Over HTTP, ${rows.toLocaleString('en')} x ${dimension}, ${latency} ms of latency: first visit ` +
    `${megabytes(first)} in ${milliseconds(firstOpened)} ms, second ${megabytes(second)} in ` +
    `${milliseconds(secondOpened)} ms; then a question ${median} (95 % under ${most}), ` +
    `${milliseconds(question.milliseconds)} ms, recall ${recall.toFixed(3)}.`
  )
}

function formatFiles({ rows, dimension, threads, bytes, read, results }) {
  if (results === undefined) return undefined
  const lines = [
    `${rows.toLocaleString('en')} x ${dimension} float32, ${gigabytes(bytes)}, read through in ${(read / 1e3).toFixed(1)} s; ${threads} threads, k = 10`,
    '',
    `| | ${results.map(({ codes }) => `${codes} codes`).join(' | ')} |`,
    `| --- |${' --- |'.repeat(results.length)}`,
  ]
  const row = (name, cell) => lines.push(`| ${name} | ${results.map(cell).join(' | ')} |`)
  row('indexed in', ({ indexed }) => `${(indexed.milliseconds / 1e3).toFixed(1)} s`)
  row('memory while indexing', ({ indexed }) => `${Math.round(indexed.resident / 1e6)} MB`)
  row('index', ({ indexBytes }) => gigabytes(indexBytes))
  row('opened in, index from the page cache', ({ searched }) => `${(searched.opened / 1e3).toFixed(2)} s`)
  row('resident memory', ({ searched }) => gigabytes(searched.resident))
  row('the codes alone, no row read', ({ searched }) => `${milliseconds(searched.scan)} ms`)
  row('a question, rows from the page cache', ({ searched }) => `${milliseconds(searched.warm)} ms`)
  row('a question, rows from the disk', ({ searched }) => `${milliseconds(searched.cold)} ms`)
  row('a question of 32 in a batch', ({ searched }) => `${milliseconds(searched.batch)} ms`)
  row('rows read, median and most', ({ searched }) => `${searched.rescored}, ${searched.mostRescored}`)
  row('recall', ({ searched }) => searched.recall.toFixed(3))
  for (const { codes, limited } of results) {
    if (limited === undefined) continue
    const { limit, warm, resident, recall } = limited
    lines.push(
      '',
      `${codes} codes, all memory of the process limited to ${gigabytes(limit)}, a quarter of the rows: ` +
        `${milliseconds(warm)} ms a question, resident ${gigabytes(resident)}, recall ${recall.toFixed(3)}.`,
    )
  }
  return lines.join('\n')
}

/** What indexing takes beside its two parts, each alone. */
function formatIndexing({ bytes, read, results }) {
  if (results === undefined) return undefined
  const rate = (time) => `${(bytes / time / 1e6).toFixed(2)} GB/s`
  const lines = results.map(({ codes, indexed, encoded }) => {
    const share = (encoded.milliseconds + read) / indexed.milliseconds
    return (
      `Indexing by ${codes} codes: ${rate(indexed.milliseconds)} of rows; reading the file alone ${rate(read)}, ` +
      `encoding rows of memory alone ${rate(encoded.milliseconds)}. One after the other they are ` +
      `${rate(read + encoded.milliseconds)}: indexing has ${share.toFixed(2)} x that speed.`
    )
  })
  return lines.join('\n')
}

/** Databases, each asked in turns with rowspace by the first codes. */
function formatDatabases({ bytes, results, databases }) {
  if (databases === undefined) return undefined
  const [{ codes, indexed, indexBytes, searched }] = results
  const seconds = (time) => `${(time / 1e3).toFixed(1)} s`
  const lines = [
    '| | loaded in | on disk | resident memory | recall | a question | rowspace, in turns with it | times |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    `| rowspace, ${codes} codes | ${seconds(indexed.milliseconds)} | ${gigabytes(bytes + indexBytes)} | ` +
      `${gigabytes(searched.resident)} | ${searched.recall.toFixed(3)} | ${milliseconds(searched.warm)} ms | | |`,
  ]
  for (const { name, loaded, disk, resident, recall, milliseconds: time, rowspace } of databases) {
    lines.push(
      `| ${name} | ${seconds(loaded)} | ${gigabytes(disk)} | ${gigabytes(resident)} | ${recall.toFixed(3)} | ` +
        `${milliseconds(time)} ms | ${milliseconds(rowspace)} ms | ${(time / rowspace).toFixed(1)} x |`,
    )
  }
  return lines.join('\n')
}
