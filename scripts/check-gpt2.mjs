/**
 * `npm run gpt2 -- hf:openai-community/gpt2`: is this the real GPT-2 table, and does it give the published figures? The argument is a path, a
 * URL or an hf: name. Nine rows of 50,257 are read, where they lie: 27 KB. With `--all` the whole table is opened, 154 MB, and compared by
 * its hash. Ends with exit code 1 if anything differs.
 */
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { gpt2Vocabulary } from '../dist/gpt2.js'
import { EmbeddingTable, openTable } from '../dist/index.js'
import { viewTable } from '../dist/stored.js'

/** SHA-256 of the raw little-endian float32 of wte.weight, 50,257 x 768. */
const FINGERPRINT = 'e182e433b37dbdb47448e0413c840edf6965113c1fc8048c63b69795d8cf875a'
const ROWS = new Map([
  [0, [-0.110103011, -0.0392667241, 0.033107508, 0.13382645, -0.0484756939]],
  [50_256, [0.0513520129, -0.0276890472, 0.0499369018, -0.0422121696, -0.0616769791]],
])
/**
 * king − man + woman: cosine and dot, as published. The first three are its nearest rows, the others have
 * nothing to do with it.
 */
const KING = { positive: [' king', ' woman'], negative: [' man'] }
const FIGURES = [
  [' queen', '0.71', '11.2'],
  [' princess', '0.60', '9.4'],
  [' Queen', '0.60', '8.7'],
  [' Either', '0.21', '3.1'],
  [' Alpine', '0.23', '3.8'],
  [' pillars', '0.29', '4.6'],
]

let differences = 0
function compare(what, found, expected) {
  const same = found === expected
  if (!same) differences++
  console.log(
    `${same ? 'as published' : 'DIFFERS     '}  ${what}: ${found}${same ? '' : `, published ${expected}`}`,
  )
}

function fingerprint(table) {
  const hash = createHash('sha256')
  for (let id = 0; id < table.size; id += 1024) {
    const length = Math.min(1024, table.size - id)
    const rows = table.gather(Array.from({ length }, (_, offset) => id + offset))
    hash.update(new Uint8Array(rows.buffer))
  }
  return hash.digest('hex')
}

const TOKENS = [...KING.positive, ...KING.negative, ...FIGURES.map(([token]) => token)]
const idOf = (token) => gpt2Vocabulary().idOf(token)

function compareShape({ size, dimension }) {
  compare('shape', `${size} x ${dimension}`, '50257 x 768')
  return differences === 0
}

/**
 * The lesson's table: cosine and dot product beside the published ones.
 *
 * @param keyOf the row of a token in `table`
 */
function compareFigures(table, keyOf) {
  const sum = table.combine({ positive: KING.positive.map(keyOf), negative: KING.negative.map(keyOf) })
  const matches = table.scores(
    sum,
    FIGURES.map(([token]) => keyOf(token)),
  )
  console.log('king − man + woman   cosine  published   dot  published')
  for (const [place, [token, ...published]] of FIGURES.entries()) {
    const { cosine, dot } = matches.at(place)
    const found = [cosine.toFixed(2), dot.toFixed(1)]
    const same = found.join() === published.join()
    if (!same) differences++
    const cells = [
      found[0].padStart(8),
      published[0].padStart(11),
      found[1].padStart(6),
      published[1].padStart(11),
    ]
    console.log(`${token.padEnd(19)}${cells.join('')}  ${same ? 'as published' : 'DIFFERS'}`)
  }
}

async function checkNineRows(name) {
  const all = await viewTable(name)
  if (compareShape(all)) {
    const { dimension } = all
    const nine = await EmbeddingTable.from(await all.gather(TOKENS.map(idOf)), { dimension, tokens: TOKENS })
    compareFigures(nine, (token) => token)
    const { bytes, requests } = all.traffic
    console.log(
      `read: ${requests} rows of ${dimension * 4} bytes, ${bytes.toLocaleString('en')} bytes with the header`,
    )
  }
  await all.close()
}

async function checkAll(name) {
  const table = await openTable(name)
  if (!compareShape(table)) return
  compare('SHA-256 of the rows', fingerprint(table), FINGERPRINT)
  for (const [id, numbers] of ROWS) {
    compare(`row ${id}`, [...table.row(id).slice(0, 5)].join(' '), numbers.map(Math.fround).join(' '))
  }
  const expression = { positive: KING.positive.map(idOf), negative: KING.negative.map(idOf) }
  const nearest = table.analogy(expression, { k: 3 }).toArray()
  const first = nearest.map(({ id }) => gpt2Vocabulary().tokenOf(id)).join(',')
  compare('nearest to king − man + woman', first, ' queen, princess, Queen')
  compareFigures(table, idOf)
}

try {
  const { values, positionals } = parseArgs({ options: { all: { type: 'boolean' } }, allowPositionals: true })
  const [name = 'hf:openai-community/gpt2'] = positionals
  await (values.all ? checkAll(name) : checkNineRows(name))
} catch (error) {
  console.error(error.message)
  process.exit(2)
}
console.log(differences === 0 ? 'This is GPT-2.' : `${differences} differ: this is another table.`)
process.exitCode = differences === 0 ? 0 : 1
