/** Starts a contender in a process of its own. */
import { fork } from 'node:child_process'

const PROGRAM = new URL('./contender-process.mjs', import.meta.url)

/** `program` is the Node to run it in, this one unless given. */
export function inProcess({ name, module, program = process.execPath }) {
  const child = fork(PROGRAM, [], {
    execPath: program,
    // so that what is left of making a table does not count as memory in use
    execArgv: ['--expose-gc'],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
  let complaints = ''
  child.stderr.on('data', (text) => {
    complaints = (complaints + text).slice(-2000)
  })
  const waiting = new Map()
  let last = 0
  child.on('message', ({ id, result, failure }) => {
    const { resolve, reject } = waiting.get(id)
    waiting.delete(id)
    if (failure === undefined) resolve(result)
    else reject(new Error(`${name}: ${failure}`))
  })
  child.on('exit', (code, signal) => {
    for (const { reject } of waiting.values()) {
      reject(new Error(`${name}: its process ended (${signal ?? code})\n${complaints}`))
    }
  })
  return {
    perform: (task, given = {}) =>
      new Promise((resolve, reject) => {
        const id = ++last
        waiting.set(id, { resolve, reject })
        child.send({ id, task, ...given, ...(task === 'prepare' && { module }) })
      }),
    stop: () => child.kill(),
  }
}
