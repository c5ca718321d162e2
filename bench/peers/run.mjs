/** `npm run bench -- --peers`: rowspace beside other libraries on two tables, and the figures it set out to reach. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { benchTable } from '../bench-table.mjs'
import { PLAIN, ROWSPACE, readers } from '../entrants.mjs'
import { figures } from '../figures/figures.mjs'
import { formatFigures } from '../figures/format.mjs'
import { measureRest } from '../figures/rest.mjs'
import { compileReader } from '../reading/compile.mjs'
import { formatReport } from '../report.mjs'
import { GLOVE_FILE, gloveTable, seededTable } from '../tables.mjs'
import { inFirstNode, peers } from './entrants.mjs'

/** Measures on the first of `shapes` alone, on the last and on all of GloVe beside others. Gives each report to `print` as soon as it is there. */
export async function benchPeers({ shapes, data, analogies, settings, print }) {
  const alone = [...PLAIN, ...ROWSPACE, ...readers(await compileReader())]
  const { seed } = settings
  const bench = async (table, contenders) => {
    const report = await benchTable(table, contenders, settings)
    print(formatReport(report))
    return report
  }
  const beside = (table) => {
    const key = createHash('sha256').update(table.rows).digest('hex').slice(0, 16)
    return bench(table, [...alone, ...inFirstNode(), ...peers({ size: table.size, key })])
  }
  const shape = shapes.at(-1)
  const small = await bench(seededTable({ ...shapes[0], data, seed }), alone)
  const wide = await beside(seededTable({ ...shape, data, seed }))
  const glove = existsSync(GLOVE_FILE) ? await beside(await gloveTable()) : undefined
  if (glove === undefined) console.error('all of GloVe is left out: `npm run data -- --full` makes the table')
  const rest = await measureRest({ shape, data, seed, analogies })
  const list = figures({ small, wide, glove, rest })
  print(formatFigures(list))
  return { tables: [small, wide, glove].filter(Boolean), rest, figures: list }
}
