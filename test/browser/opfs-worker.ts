/** Runs in a worker of opfs-questions.test.ts: asks about a table of the seed that it is given. */
import { askMany } from '../stored/ask-many.ts'

async function written(name: string, bytes: Uint8Array): Promise<File> {
  const folder = await navigator.storage.getDirectory()
  const handle = await folder.getFileHandle(name, { create: true })
  const stream = await handle.createWritable()
  await stream.write(bytes as BufferSource)
  await stream.close()
  return handle.getFile()
}

addEventListener('message', async ({ data: seed }) => {
  try {
    const asked = await askMany(
      async (file, index) => ({
        source: await written('rows.safetensors', file),
        index: await written('rows.index.safetensors', index),
      }),
      seed,
    )
    postMessage(asked)
  } catch (error) {
    postMessage(error instanceof Error ? `${error.stack}` : error)
  }
})
