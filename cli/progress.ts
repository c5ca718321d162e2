/** Progress on stderr: a bar on a terminal, lines elsewhere, nothing with --quiet. */

import type { SingleBar } from 'cli-progress'
import { bytes, count } from '../data/figures.ts'
import type { UploadProgress } from '../src/clickhouse/options.ts'
import type { WorkProgress } from '../src/core/in-steps.ts'
import type { Progress as ReadProgress } from '../src/core/progress.ts'
import { note, oneLine } from './output.ts'

type Progress = ReadProgress | WorkProgress | UploadProgress | ReadProgress<'index'>

export interface ShownProgress {
  report: (progress: Progress) => void
  /** Removes the bar. */
  clear: () => void
}

/** Milliseconds: work that is done sooner needs no bar, */
const BAR_AFTER = 200
/** nor lines in a log, which stay. */
const LINE_AFTER = 2_000
const LINE_EVERY = 5_000

/** @param what is read: the table as it was named */
export function showProgress(what: string, quiet: boolean): ShownProgress {
  if (quiet) return { report: () => {}, clear: () => {} }
  return process.stderr.isTTY ? bar(oneLine(what)) : lines(what)
}

function bar(what: string): ShownProgress {
  const start = performance.now()
  let shown: SingleBar | undefined
  let requested = false
  let last: Progress | undefined
  const show = async () => {
    requested = true
    const { default: progress } = await import('cli-progress')
    if (last === undefined) return
    const format = `${what} {bar} {percentage} %  {amount}  {eta_formatted} left`
    shown = new progress.SingleBar({
      format,
      barsize: 24,
      barCompleteChar: '█',
      barIncompleteChar: '░',
      stream: process.stderr,
      clearOnComplete: true,
      // a run that is interrupted must not leave the terminal changed
      linewrap: true,
      fps: 10,
    })
    shown.start(last.total, last.done, { amount: amountOf(last) })
  }
  return {
    report(progress) {
      last = progress
      if (!requested && performance.now() - start > BAR_AFTER) void show().catch(() => {})
      shown?.setTotal(progress.total)
      shown?.update(progress.done, { amount: amountOf(progress) })
    },
    clear() {
      last = undefined
      shown?.stop()
      shown = undefined
    },
  }
}

function lines(what: string): ShownProgress {
  let next = performance.now() + LINE_AFTER
  return {
    report(progress) {
      if (performance.now() < next) return
      next = performance.now() + LINE_EVERY
      const percent = progress.total > 0 ? Math.floor((100 * progress.done) / progress.total) : 100
      note(`${what}: ${percent} %, ${amountOf(progress)}`)
    },
    clear() {},
  }
}

function amountOf({ phase, done, total }: Progress): string {
  if (phase === 'upload') return `${count(done)} of ${count(total)} rows uploaded`
  if (phase === 'index') return `${count(done)} of ${count(total)} rows indexed`
  if (phase === 'search') return `${done} of ${total} answered`
  if (phase === 'open') return `${done} of ${total} done`
  return phase === 'read' ? `${bytes(done)} of ${bytes(total)} read` : 'preparing to search'
}
