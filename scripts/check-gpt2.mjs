/**
 * `npm run gpt2 -- hf:openai-community/gpt2`: is this the real GPT-2 table, and does it give the published
 * figures? The argument is a path, a URL or an hf: name. Ends with exit code 1 if anything differs.
 */
import { createHash } from 'node:crypto'
import { gpt2Vocabulary } from '../dist/gpt2.js'
import { openTable } from '../dist/index.js'

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

const [name = 'hf:openai-community/gpt2'] = process.argv.slice(2)
try {
  const table = await openTable(name)
  compare('shape', `${table.size} x ${table.dimension}`, '50257 x 768')
  if (differences === 0) {
    compare('SHA-256 of the rows', fingerprint(table), FINGERPRINT)
    for (const [id, numbers] of ROWS) {
      compare(`row ${id}`, [...table.row(id).slice(0, 5)].join(' '), numbers.map(Math.fround).join(' '))
    }
    const ids = new Map(FIGURES.map(([token]) => [gpt2Vocabulary().idOf(token), token]))
    const idsOf = (tokens) => tokens.map((token) => gpt2Vocabulary().idOf(token))
    const expression = { positive: idsOf(KING.positive), negative: idsOf(KING.negative) }
    const nearest = table.analogy(expression, { k: 3 }).toArray()
    const first = nearest.map(({ id }) => gpt2Vocabulary().tokenOf(id)).join(',')
    compare('nearest to king − man + woman', first, ' queen, princess, Queen')
    const measured = table.scores(table.combine(expression), [...ids.keys()]).toArray()
    for (const { id, cosine, dot } of measured) {
      const [token, ...published] = FIGURES.find(([each]) => each === ids.get(id))
      compare(`cosine / dot of${token}`, `${cosine.toFixed(2)} / ${dot.toFixed(1)}`, published.join(' / '))
    }
  }
} catch (error) {
  console.error(error.message)
  process.exit(2)
}
console.log(differences === 0 ? 'This is GPT-2.' : `${differences} differ: this is another table.`)
process.exitCode = differences === 0 ? 0 : 1
