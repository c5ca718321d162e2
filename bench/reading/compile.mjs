/** Compiles the core that only reads, and returns its bytes. */
import { fileURLToPath } from 'node:url'

const FLAGS = '--runtime stub --noAssert --importMemory --enable simd -O3 --use abort='.split(' ')

export async function compileReader() {
  // a second to load, which a rejected option need not wait for
  const { main } = await import('assemblyscript/asc')
  let bytes
  const folder = fileURLToPath(new URL('.', import.meta.url))
  const { error, stderr } = await main(['core.ts', '--baseDir', folder, ...FLAGS, '--outFile', 'core.wasm'], {
    writeFile: (_name, contents) => {
      bytes = contents
    },
  })
  if (error) throw new Error(`bench/reading/core.ts does not compile: ${stderr}`)
  return bytes
}
