/**
 * `npm run bench:growth`: time and memory as |V| grows from 1,000 to 262,144 and d from 64 to 7,168, each table in a process of its own, with
 * the slopes of their logarithms; and five models' tables. `--json`; `--seed N`; `--quick` leaves out what is large.
 */
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import Table from 'cli-table3'
import { describeMachine, machine } from './machine.mjs'
import { readOptions } from './options.mjs'
import { showProgress } from './progress.mjs'
import { slope } from './statistics.mjs'

const SHAPE = fileURLToPath(new URL('./growth-shape.mjs', import.meta.url))
const SIZES = [1_024, 4_096, 16_384, 65_536, 262_144]
const DIMENSIONS = [64, 256, 1_024, 4_096, 7_168]
const MODELS = JSON.parse(readFileSync(new URL('../data/models.json', import.meta.url), 'utf8')).map(
  ({ name: model, vocabulary: size, dimension, dtype }) => ({ model, size, dimension, dtype }),
)
/** The series that grows keeps the other length at this. */
const FIXED_SIZE = 16_384
const FIXED_DIMENSION = 256
/** `--quick` takes tables of up to so many numbers. */
const QUICK = 5_000_000

/** Both ways to search a shape: by its rows alone, and by codes. */
function measure({ size, dimension, dtype, model }, { seed, quick }) {
  showProgress(`${size} x ${dimension} ${dtype}`)
  const run = (codes) => {
    const given = [size, dimension, dtype, codes, seed, quick ? 20 : 1_000].map(String)
    return JSON.parse(execFileSync(process.execPath, ['--expose-gc', SHAPE, ...given], { encoding: 'utf8' }))
  }
  const [rows, coded] = [run('none'), run('codes')]
  showProgress('')
  return {
    ...(model && { model }),
    size,
    dimension,
    dtype,
    bytes: size * dimension * (dtype === 'f32' ? 4 : 2),
    rows,
    coded,
  }
}

const MEASURES = {
  making: ({ coded }) => coded.making,
  resident: ({ coded }) => coded.resident,
  'query by rows': ({ rows }) => rows.query,
  'query by codes': ({ coded }) => coded.query,
}

/** The slope of each measure's logarithm over that of `length`: 1 is in proportion. */
function slopes(results, length) {
  return Object.fromEntries(
    Object.entries(MEASURES).map(([name, measureOf]) => [
      name,
      slope(results.map((result) => [Math.log(result[length]), Math.log(measureOf(result))])),
    ]),
  )
}

const milliseconds = (value) => value.toFixed(value < 1 ? 3 : value < 100 ? 2 : 0)
const megabytes = (bytes) => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)

function format(title, results) {
  const table = new Table({
    head: [
      title,
      'table, MB',
      'made in, ms',
      'resident, MB',
      'query by rows, ms',
      'by codes, ms',
      'rescored, most',
      'codes',
    ],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  })
  for (const { model, size, dimension, dtype, bytes, rows, coded } of results) {
    const name = `${model ? `${model}, ` : ''}${size.toLocaleString('en')} x ${dimension.toLocaleString('en')} ${dtype}`
    const figures = [megabytes(bytes), milliseconds(coded.making), megabytes(coded.resident)]
    table.push([
      name,
      ...figures,
      milliseconds(rows.query),
      milliseconds(coded.query),
      coded.rescored,
      coded.codes,
    ])
  }
  return table.toString()
}

function formatSlopes(of, slopes) {
  const parts = Object.entries(slopes).map(([name, value]) => `${name} ${value.toFixed(2)}`)
  return `slopes over ${of} (1 is in proportion): ${parts.join(', ')}\n`
}

function main() {
  const { json, settings } = readOptions()
  const measured = (shapes) =>
    shapes
      .filter(({ size, dimension }) => !settings.quick || size * dimension <= QUICK)
      .map((shape) => measure(shape, settings))
  const print = (text) => {
    if (!json) console.log(text)
  }
  print(`${describeMachine(machine())}\n`)
  const series = (title, length, of, shapes) => {
    const results = measured(shapes)
    const fitted = slopes(results, length)
    print(`${format(title, results)}\n${formatSlopes(of, fitted)}`)
    return { results, slopes: fitted }
  }
  const bySize = series(
    'rows grow',
    'size',
    '|V|',
    SIZES.map((size) => ({ size, dimension: FIXED_DIMENSION, dtype: 'f32' })),
  )
  const byDimension = series(
    'columns grow',
    'dimension',
    'd',
    DIMENSIONS.map((dimension) => ({ size: FIXED_SIZE, dimension, dtype: 'f32' })),
  )
  const models = measured(MODELS)
  if (models.length > 0) print(format('five models', models))
  if (json)
    console.log(JSON.stringify({ machine: machine(), seed: settings.seed, bySize, byDimension, models }))
}

try {
  main()
} catch (error) {
  showProgress('')
  console.error(error.message)
  process.exitCode = 1
}
