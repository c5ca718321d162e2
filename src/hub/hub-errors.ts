/** What opening a file of the hub failed with, in the hub's terms, and what to do about it. */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { type HubName, hubNameText } from './name.ts'
import type { HubSettings } from './settings.ts'

/** `error`, which opening a file of the hub threw, in the hub's terms; unchanged if it is not rowspace's. */
export function hubError(error: unknown, name: HubName, settings: HubSettings): unknown {
  if (!isRowspaceError(error)) return error
  const text = hubNameText(name)
  return new RowspaceError(error.code, `${text}: ${problemOf(error, name, settings)}`, {
    ...error.details,
    name: text,
    cause: error,
  })
}

function problemOf({ details, message }: RowspaceError, name: HubName, settings: HubSettings): string {
  const { status, errorCode, reason, problem } = details
  const { origin } = settings.endpoint
  const model = `${name.owner}/${name.model}`
  const page = `${origin}/${model}`
  if (status === 401 && settings.hasToken) {
    return (
      `the hub answered 401: it does not know the token in HF_TOKEN, or there is no model ${model}. Make ` +
      `a new token at ${origin}/settings/tokens, and check the name.`
    )
  }
  if (status === 401) {
    return (
      `the hub answered 401: there is no model ${model}, or it is private or gated. Check the name; for ` +
      `a gated one accept its terms at ${page}, and put a token of yours (${origin}/settings/tokens) ` +
      'into HF_TOKEN.'
    )
  }
  if (status === 403) {
    const who = settings.hasToken ? 'the account of this token has' : 'you have'
    return (
      `the hub answered 403: ${who} no access. Request it at ${page}; a fine-grained token also needs ` +
      'the permission to read gated repositories.'
    )
  }
  if (status === 404 && errorCode === 'RepoNotFound') return `there is no model ${model}. Check the name.`
  if (status === 404 && errorCode === 'RevisionNotFound') {
    return `the model ${model} has no revision "${name.revision}". Branches and tags: ${page}/tree/main.`
  }
  if (status === 404) return `the hub has no such file. All files: ${page}/tree/${name.revision}.`
  if (reason === 'NETWORK' || reason === 'STALLED') {
    return (
      `${origin} cannot be reached (${problem}). Check the network and HF_ENDPOINT; what was opened ` +
      'before opens without a network.'
    )
  }
  return message
}

/** `OFFLINE`: what would have to be fetched is not cached. */
export function offlineError(name: HubName): RowspaceError {
  const text = hubNameText(name)
  const problem =
    'is not in the cache, or not all of it that is needed, and nothing is fetched offline: open it once ' +
    'with a network.'
  return new RowspaceError('OFFLINE', `${text} ${problem}`, { name: text })
}
