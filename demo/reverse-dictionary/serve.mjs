/** `npm run demo:dictionary`: builds the reverse dictionary and serves it on this machine. */
import { serve } from '../serve.mjs'
import { buildDictionary } from './build.mjs'

await buildDictionary('build/reverse-dictionary')
const { origin } = await serve('build/reverse-dictionary', { port: Number(process.env.PORT ?? 0) })
console.log(`The reverse dictionary is at ${origin} (Ctrl-C stops it)`)
