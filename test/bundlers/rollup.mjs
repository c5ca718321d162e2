/** node rollup.mjs <app>: bundles main.js of a folder into its out/. Prints warnings, nothing else. */
import { join } from 'node:path'
import { nodeResolve } from '@rollup/plugin-node-resolve'
import { rollup } from 'rollup'

const [app] = process.argv.slice(2)
const bundle = await rollup({
  input: join(app, 'main.js'),
  plugins: [nodeResolve({ browser: true })],
  onwarn: ({ message }) => console.log(message),
})
await bundle.write({ dir: join(app, 'out'), format: 'es' })
await bundle.close()
