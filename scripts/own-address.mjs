/** Keeps the address of a file that asks for its own, when a bundle moves it elsewhere. */
import { readFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

export const ownAddress = {
  name: 'own address',
  setup: (esbuild) =>
    esbuild.onLoad({ filter: /[\\/]test[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replaceAll(
        'import.meta.url',
        JSON.stringify(pathToFileURL(path).href),
      ),
      loader: 'ts',
    })),
}
