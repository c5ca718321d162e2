/**
 * Compiles assembly/ below the current folder as scripts/build-core.mjs does, with build/inline.ts, but
 * deflates in a moment, since it runs once for each mutant. Fails on what the compiler rejects.
 */
import { writeFileSync } from 'node:fs'
import { deflateSync } from 'node:zlib'
import { compileCore } from '../compile-core.mjs'

const deflated = deflateSync(await compileCore()).toString('base64')
writeFileSync('build/inline.ts', `export const inlineCore = '${deflated}'\n`)
