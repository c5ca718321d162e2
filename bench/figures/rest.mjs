/** What is measured beside queries: making and loading a table, analogies, the cost of a call, and what an app has to load. */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { showProgress } from '../progress.mjs'
import { GLOVE_FILE, seededTable } from '../tables.mjs'
import { bundleSizes } from './bundle-sizes.mjs'

/** Each in a fresh process, which prints JSON. */
function inFreshProcess(name, ...given) {
  showProgress(`measuring ${name}`)
  const program = fileURLToPath(new URL(`./${name}.mjs`, import.meta.url))
  const output = execFileSync(process.execPath, ['--expose-gc', program, ...given.map(String)], {
    encoding: 'utf8',
  })
  showProgress('')
  return JSON.parse(output)
}

/** `analogies` is the path of a file of questions; without it they are left out. */
export async function measureRest({ shape, data, seed, analogies }) {
  const { table, rows } = seededTable({ ...shape, data, seed })
  const file = `${table.path}.safetensors`
  const { writableRows, writeSafetensors } = await import('../../dist/formats.js')
  writeFileSync(file, Buffer.concat([...writeSafetensors(writableRows(rows, table.dimension))]))
  return {
    making: inFreshProcess('making', table.path, table.dimension),
    memory: inFreshProcess('memory', file),
    call: inFreshProcess('call'),
    ...(analogies !== undefined && { analogies: inFreshProcess('analogies', GLOVE_FILE, analogies) }),
    sizes: await bundleSizes(),
  }
}
