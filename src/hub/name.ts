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
/** As the hub has it: letters, digits, `-`, `_`, `.`; no `--` or `..`, and no `-` or `.` at the ends. */
const PART = /^(?!.*(?:\.\.|--))[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/
const REVISION = /^[A-Za-z0-9_][\w.+/-]{0,199}$/
const SEGMENT = /^[\w.+=,()[\] -]+$/
const MAX_PATH = 1_000

/** Throws `INVALID_ARGUMENT` naming what is wrong with which part. */
export function parseHubName(name: string): HubName {
  const match = typeof name === 'string' ? FORM.exec(name) : null
  if (match === null) {
    throw nameError(name, 'a model is named hf:owner/name[@revision][/file], as in hf:openai-community/gpt2')
  }
  const [, owner = '', model = '', revision = 'main', file] = match
  checkPart(name, 'owner', owner)
  checkPart(name, 'name', model)
  checkRevision(name, revision)
  if (file !== undefined) checkPath(name, file)
  return { owner, model, revision, file }
}

function checkPart(name: string, what: string, part: string): void {
  if (PART.test(part)) return
  const problem = 'has other characters than letters, digits, single "-", "_" and "."'
  throw nameError(name, `the ${what} ${describe(part)} ${problem}`)
}

/**
 * Throws `INVALID_ARGUMENT` unless git could have this branch, tag or commit: no `..`, no step that is `.`.
 */
export function checkRevision(name: string, revision: string): void {
  const steps = revision.split('/')
  if (REVISION.test(revision) && !revision.includes('..') && steps.every((step) => /[^.]/.test(step))) return
  throw nameError(name, `the revision ${describe(revision)} is not a branch, a tag or a commit`)
}

/** Throws `INVALID_ARGUMENT` unless `path` is a plain path inside a repository. */
export function checkPath(name: string, path: string): void {
  if (isPlainPath(path)) return
  const problem = 'is not a plain path of letters, digits and _.+=,()[]- inside the repository'
  throw nameError(name, `the file ${describe(path)} ${problem}`)
}

/** Whether a path leads to a file inside a repository on any server: no step is empty, `.` or `..`. */
export function isPlainPath(path: string): boolean {
  return path.length <= MAX_PATH && path.split('/').every((step) => SEGMENT.test(step) && /[^.]/.test(step))
}

/** The name as people write it. */
export function hubNameText({ owner, model, revision, file }: HubName): string {
  const at = revision === 'main' ? '' : `@${revision}`
  return `hf:${owner}/${model}${at}${file === undefined ? '' : `/${file}`}`
}

function nameError(name: string, problem: string): RowspaceError {
  return new RowspaceError('INVALID_ARGUMENT', `${describe(name)}: ${problem}.`, { name })
}
