/** What the hub refused, and what to do about it. */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { type HubName, hubNameText } from './name.ts'
import type { HubSettings } from './settings.ts'

/** `error`, which opening a file of the hub threw, in the hub's terms; whatever else it is, as it is. */
export function hubError(error: unknown, name: HubName, settings: HubSettings): unknown {
  if (!isRowspaceError(error)) return error
  const { status, errorCode, reason } = error.details
  const model = `${name.owner}/${name.model}`
  const page = `${settings.endpoint.origin}/${model}`
  const tell = (problem: string) =>
    new RowspaceError(error.code, `${hubNameText(name)}: ${problem}`, {
      ...error.details,
      name: hubNameText(name),
      cause: error,
    })
  if (status === 401) {
    return tell(
      settings.hasToken
        ? `the hub answered 401: it does not know the token in HF_TOKEN, or there is no model ${model}. Make a new token at ${settings.endpoint.origin}/settings/tokens, and check the name.`
        : `the hub answered 401: there is no model ${model}, or it is private or gated. Check the name; for a gated one accept its terms at ${page}, and put a token of yours (${settings.endpoint.origin}/settings/tokens) into HF_TOKEN.`,
    )
  }
  if (status === 403) {
    return tell(
      `the hub answered 403: ${settings.hasToken ? 'the account of this token has' : 'you have'} no access. Ask for it at ${page}; a fine-grained token also needs the permission to read gated repositories.`,
    )
  }
  if (status === 404 && errorCode === 'RepoNotFound')
    return tell(`there is no model ${model}. Check the name.`)
  if (status === 404 && errorCode === 'RevisionNotFound') {
    return tell(
      `the model ${model} has no revision "${name.revision}". Branches and tags: ${page}/tree/main.`,
    )
  }
  if (status === 404) return tell(`the hub has no such file. All files: ${page}/tree/${name.revision}.`)
  if (reason === 'NETWORK' || reason === 'STALLED') {
    return tell(
      `${settings.endpoint.origin} cannot be reached (${error.details.problem}). Check the network and HF_ENDPOINT; what was opened before opens without a network.`,
    )
  }
  return tell(error.message)
}

/** `OFFLINE`: what is asked for is not kept. */
export function offlineError(name: HubName): RowspaceError {
  return new RowspaceError(
    'OFFLINE',
    `${hubNameText(name)} is not in the cache, or not all of it that is needed, and nothing is fetched offline: open it once with a network.`,
    { name: hubNameText(name) },
  )
}
