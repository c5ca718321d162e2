/** The options of the benches. */
import { parseArgs } from 'node:util'
import { KINDS } from './data.mjs'

const OPTIONS = {
  json: { type: 'boolean', default: false },
  data: { type: 'string', default: 'outliers' },
  shapes: { type: 'string', default: '1000x384,10000x256,50257x768' },
  seed: { type: 'string', default: '1' },
  rounds: { type: 'string', default: '10' },
  k: { type: 'string', short: 'k', default: '10' },
  quick: { type: 'boolean', default: false },
}

/** `more` are options of one bench alone, `kinds` other names of `--data`. Throws what says which value was wrong. */
export function readOptions(more = {}, kinds = []) {
  const { values } = parseArgs({ options: { ...OPTIONS, ...more } })
  const [k, seed, rounds] = ['k', 'seed', 'rounds'].map((name) => count(name, values[name]))
  const known = [...KINDS, ...kinds]
  if (!known.includes(values.data)) {
    throw new Error(`--data is ${known.slice(0, -1).join(', ')} or ${known.at(-1)}; got ${values.data}`)
  }
  return { ...values, shapes: readShapes(values.shapes), settings: { k, seed, rounds, quick: values.quick } }
}

function count(name, value) {
  const number = Number(value)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new Error(`--${name} is a whole number from 1; got ${value}`)
}

function readShapes(text) {
  return text.split(',').map((shape) => {
    const [size, dimension] = shape.split('x').map(Number)
    if (Number.isSafeInteger(size * dimension) && size > 0 && dimension > 0) return { size, dimension }
    throw new Error(`--shapes are like 1000x384,50257x768; got ${shape}`)
  })
}
