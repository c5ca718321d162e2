/**
 * Compiles assembly/ below the current folder as scripts/build-core.mjs does, to build/rowspace.wasm and build/inline.ts,
 * but deflates in a moment, since it runs once for each mutant. Fails on what the compiler refuses.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { main } from 'assemblyscript/asc'
import { optimizeCore } from '../optimize-core.mjs'

mkdirSync('build', { recursive: true })
const { error, stderr } = await main(['--config', 'asconfig.json', '--target', 'portable'])
if (error) {
  console.error(stderr.toString())
  process.exit(1)
}
const bytes = optimizeCore(readFileSync('build/rowspace.wasm'))
writeFileSync('build/rowspace.wasm', bytes)
const deflated = deflateSync(bytes).toString('base64')
writeFileSync('build/inline.ts', `export const inlineCore = '${deflated}'\n`)
