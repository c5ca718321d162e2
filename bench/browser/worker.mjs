/** The worker of one contender on the page. */
import { contenderHost } from '../contender-host.mjs'

const perform = contenderHost(({ rows }) => rows)

globalThis.onmessage = async ({ data: { id, ...task } }) => {
  try {
    postMessage({ id, result: await perform(task) })
  } catch (error) {
    postMessage({ id, failure: error.stack ?? String(error) })
  }
}
