/**
 * Compiles assembly/ below the current folder as scripts/build-core.mjs does, with build/inline.ts and
 * build/relaxed.ts, but deflates in a moment, since it runs once for each mutant. Fails on what the compiler
 * rejects.
 */
import { writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { compileCore, compileRelaxed } from '../compile-core.mjs'

write('inline', 'inlineCore', await compileCore())
write('relaxed', 'inlineRelaxed', await compileRelaxed())

function write(module, name, bytes) {
  const deflated = deflateSync(bytes).toString('base64')
  writeFileSync(`build/${module}.ts`, `export const ${name} = '${deflated}'\n`)
}
