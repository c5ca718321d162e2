/**
 * An esbuild plugin: of @assemblyscript/loader, how a compiled module is instantiated. The rest is for the
 * runtime of AssemblyScript (strings, arrays, classes), which the core does not have ("runtime": "stub"), and
 * for other sources than modules: 2 KB gzip of 20.
 */
import { readFileSync } from 'node:fs'

/** What is cut out of `instantiate`, and what stands in for it. */
const CUTS = [
  ['  if (isResponse(source = await source)) return instantiateStreaming(source, imports);\n', ''],
  ['isModule(source) ? source : await WebAssembly.compile(source)', 'source'],
  ['  const extended = preInstantiate(imports);\n', ''],
  ['postInstantiate(extended, instance)', 'instance.exports'],
]

export const leanLoader = {
  name: 'lean loader',
  setup(esbuild) {
    esbuild.onLoad({ filter: /@assemblyscript\/loader\/index\.js$/ }, ({ path }) => {
      const source = readFileSync(path, 'utf8')
      let [contents = ''] = /^export async function instantiate\([\s\S]*?^\}$/m.exec(source) ?? []
      for (const [cut, replacement] of CUTS) {
        if (!contents.includes(cut)) {
          throw new Error(`instantiate of @assemblyscript/loader lacks ${cut}: adapt scripts/lean-loader.mjs`)
        }
        contents = contents.replace(cut, replacement)
      }
      return { contents }
    })
  },
}
