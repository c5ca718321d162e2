/** The process of one contender: tasks come from the bench that started it, results go back. */
import { readFileSync } from 'node:fs'
import { contenderHost } from './contender-host.mjs'

/** Float32, row after row. */
function readRows({ path }) {
  const { buffer, byteOffset, byteLength } = readFileSync(path)
  return new Float32Array(buffer, byteOffset, byteLength / 4)
}

const perform = contenderHost(readRows)

process.on('message', async ({ id, ...task }) => {
  try {
    const result = await perform(task)
    if (task.task === 'answers') globalThis.gc()
    process.send({ id, result: { ...result, resident: process.memoryUsage.rss() } })
  } catch (error) {
    process.send({ id, failure: error.stack ?? String(error) })
  }
})
