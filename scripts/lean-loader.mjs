/**
 * An esbuild plugin: @assemblyscript/loader without what it adds for the runtime of AssemblyScript (strings, arrays, classes). The
 * core has no such runtime ("runtime": "stub", nothing of it exported), so all that would be dead weight: 2 KB gzip of 20.
 */
import { readFileSync } from 'node:fs'

/** What is left of the loader: how a compiled module is instantiated. */
const USED = ['isModule', 'instantiate']

const UNUSED = `const preInstantiate = () => ({})
const postInstantiate = (_, { exports }) => exports
const isResponse = () => false
`

export const leanLoader = {
  name: 'lean loader',
  setup(esbuild) {
    esbuild.onLoad({ filter: /@assemblyscript\/loader\/index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      const functions = USED.map((name) => {
        const found = new RegExp(`^(export )?(async )?function ${name}\\([\\s\\S]*?^\\}$`, 'm').exec(source)
        if (found === null)
          throw new Error(`@assemblyscript/loader has no function ${name}: adapt scripts/lean-loader.mjs`)
        return found[0]
      })
      return { contents: UNUSED + functions.join('\n') }
    })
  },
}
