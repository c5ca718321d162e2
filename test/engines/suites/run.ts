/** Runs test files that are in the bundle, one after another, and counts. */
import { startTests, type Task, type VitestRunner } from '@vitest/runner'
import fc from 'fast-check'

export interface SuitesReport {
  passed: number
  skipped: number
  /** What failed and why. */
  failed: string[]
  milliseconds: number
}

/** What an engine without threads cannot run. */
const NEED_THREADS = /^table\/(threads|batch-codes)\.test\.ts$/

/** Modules by their names. */
export type TestFiles = Record<string, () => Promise<unknown>>

export async function runSuites(files: TestFiles, runs: number, hasThreads: boolean): Promise<SuitesReport> {
  const begun = Date.now()
  fc.configureGlobal({ numRuns: runs })
  const chosen = Object.keys(files).filter((name) => hasThreads || !NEED_THREADS.test(name))
  const finished = await startTests(chosen, runnerOf(files))
  const report: SuitesReport = { passed: 0, skipped: 0, failed: [], milliseconds: 0 }
  for (const file of finished) count(file, file.name, report)
  return { ...report, milliseconds: Date.now() - begun }
}

function runnerOf(files: TestFiles): VitestRunner {
  return {
    config: {
      root: '/',
      name: undefined,
      setupFiles: [],
      passWithNoTests: false,
      testNamePattern: undefined,
      allowOnly: false,
      sequence: { seed: 0, hooks: 'stack', setupFiles: 'list' },
      chaiConfig: undefined,
      maxConcurrency: 1,
      testTimeout: 300_000,
      hookTimeout: 60_000,
      retry: 0,
      includeTaskLocation: false,
      tags: [],
      tagsFilter: undefined,
      strictTags: false,
    },
    importFile: (path) => files[path]?.() ?? Promise.reject(new Error(`${path} is not in the bundle`)),
  }
}

/** Adds the results of a task, and of all within it. */
function count(task: Task, name: string, report: SuitesReport): void {
  for (const { message } of task.result?.errors ?? []) report.failed.push(`${name}: ${message}`)
  if (task.type === 'suite') {
    for (const part of task.tasks) count(part, `${name} > ${part.name}`, report)
  } else if (task.result?.state === 'pass') report.passed++
  else if (task.mode === 'skip' || task.mode === 'todo') report.skipped++
  else if (task.result?.state !== 'fail') report.failed.push(`${name}: did not run`)
}
