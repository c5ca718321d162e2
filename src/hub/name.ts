/** `hf:owner/name[@revision][/file]`: which file of which model is meant. */

import { RowspaceError } from '../core/errors.ts'
import { describe } from '../core/values.ts'

/** The parts of `hf:owner/model[@revision][/file]`. */
export interface HubName {
  /** The user or organisation. */
  owner: string
  /** The repository's name. */
  model: string
  /** A branch, a tag, a commit, or `refs/pr/1`. */
  revision: string
  /** The file's path in the repository, where one is named. */
  file: string | undefined
}

const FORM = /^hf:([^/@]*)\/([^/@]*)(?:@((?:refs\/(?:pr|convert)\/)?[^/@]*))?(?:\/(.*))?$/i
/** As the hub has it: letters, digits, `-`, `_` and `.`, no two of the last in a row, none of them at the ends. */
const PART = /^(?!.*(?:\.\.|--))[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/
const REVISION = /^[A-Za-z0-9_][\w.+/-]{0,199}$/
const SEGMENT = /^[\w.+=,()[\] -]+$/
const MAX_PATH = 1_000

/** Throws `INVALID_ARGUMENT` naming what is wrong with which part. */
export function parseHubName(name: string): HubName {
  const match = typeof name === 'string' ? FORM.exec(name) : null
  if (match === null) {
    throw refused(name, 'a model is named hf:owner/name[@revision][/file], as in hf:openai-community/gpt2')
  }
  const [, owner = '', model = '', revision, file] = match
  for (const [what, part] of [
    ['owner', owner],
    ['name', model],
  ] as const) {
    if (!PART.test(part)) {
      throw refused(
        name,
        `the ${what} ${describe(part)} has other signs than letters, digits, single "-", "_" and "."`,
      )
    }
  }
  if (revision !== undefined) checkRevision(name, revision)
  if (file !== undefined) checkPath(name, file)
  return { owner, model, revision: revision ?? 'main', file }
}

/** Throws `INVALID_ARGUMENT` unless `revision` can be a branch, a tag or a commit, as git has them: no `..`, no step that is `.`. */
export function checkRevision(name: string, revision: string): void {
  const steps = revision.split('/')
  if (REVISION.test(revision) && !revision.includes('..') && steps.every((step) => /[^.]/.test(step))) return
  throw refused(name, `the revision ${describe(revision)} is not a branch, a tag or a commit`)
}

/** Throws `INVALID_ARGUMENT` unless `path` is a plain path inside a repository. */
export function checkPath(name: string, path: string): void {
  if (isPlainPath(path)) return
  throw refused(
    name,
    `the file ${describe(path)} is not a plain path of letters, digits and _.+=,()[]- inside the repository`,
  )
}

/** Whether a path leads to a file inside a repository whatever a server makes of it: no step is empty, `.` or `..`. */
export function isPlainPath(path: string): boolean {
  return path.length <= MAX_PATH && path.split('/').every((step) => SEGMENT.test(step) && /[^.]/.test(step))
}

/** The name as people write it. */
export function hubNameText({ owner, model, revision, file }: HubName): string {
  const at = revision === 'main' ? '' : `@${revision}`
  return `hf:${owner}/${model}${at}${file === undefined ? '' : `/${file}`}`
}

function refused(name: string, problem: string): RowspaceError {
  return new RowspaceError('INVALID_ARGUMENT', `${describe(name)}: ${problem}.`, { name })
}
