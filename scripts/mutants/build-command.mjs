/**
 * Builds the command below the current folder as scripts/build.mjs does, and nothing else, since it runs once
 * for each mutant.
 */
import { readdirSync, rmSync } from 'node:fs'
import { buildCommand } from '../build-command.mjs'

for (const name of readdirSync('dist')) if (/^cli.*\.js$/.test(name)) rmSync(`dist/${name}`)
await buildCommand()
