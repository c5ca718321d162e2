/**
 * node webpack.mjs <webpack|@rspack/core> <app>: bundles main.js of a folder into its out/. Prints warnings and errors,
 * nothing else.
 */
import { join } from 'node:path'

const [bundler, app] = process.argv.slice(2)
const { default: webpack } = await import(bundler)
const configuration = {
  mode: 'production',
  context: app,
  entry: './main.js',
  output: { path: join(app, 'out') },
  performance: { hints: false },
}
webpack(configuration, (error, stats) => {
  if (error) throw error
  process.stdout.write(stats.toString({ all: false, errors: true, warnings: true }))
  process.exitCode = stats.hasErrors() ? 1 : 0
})
