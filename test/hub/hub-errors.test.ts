/** What the hub answers when a file cannot be opened, in words that say what to do. */
import { describe, expect, test } from 'vitest'
import { RowspaceError } from '../../src/core/errors.ts'
import { hubError } from '../../src/hub/hub-errors.ts'
import type { HubSettings } from '../../src/hub/settings.ts'
import { rejection } from '../formats/files.ts'
import { hubWith, SAFETENSORS, smallModel } from './models.ts'

describe('a file that cannot be opened', () => {
  const files = { [SAFETENSORS]: smallModel() }
  const spec = { models: { 'openai/small': { files }, 'openai/gated': { files, gated: 'hf_right' } } }

  test.each([
    ['hf:openai/none', {}, 'ACCESS_DENIED', /no model openai\/none, or it is private or gated.*HF_TOKEN/],
    ['hf:openai/none', { token: 'hf_any' }, 'NOT_FOUND', /there is no model openai\/none/],
    ['hf:openai/gated', {}, 'ACCESS_DENIED', /401.*accept its terms at http.*openai\/gated/],
    ['hf:openai/gated', { token: 'hf_wrong' }, 'ACCESS_DENIED', /403.*Request it at http/],
    ['hf:openai/small@none', {}, 'NOT_FOUND', /no revision "none".*tree\/main/],
    ['hf:openai/small/none.safetensors', {}, 'NOT_FOUND', /no such file.*tree\/main/],
    ['hf:openai/small', { offline: true }, 'OFFLINE', /not in the cache.*open it once with a network/],
    ['hf:openai/small', { endpoint: 'http://127.0.0.1:9' }, 'IO', /cannot be reached/],
    ['hf:openai/small', { endpoint: 'ftp://x' }, 'INVALID_ARGUMENT', /HF_ENDPOINT/],
    ['hf:openai/small', { token: 'hf_sec\nret' }, 'INVALID_ARGUMENT', /HF_TOKEN/],
  ])('%s %j', async (name, hub, code, message) => {
    const { open } = await hubWith(spec)
    const error = await rejection(open(name, hub))
    expect(error.message).toMatch(message)
    expect(error.code).toBe(code)
    expect(JSON.stringify([error.message, error.details, String(error.stack)])).not.toMatch(
      /hf_(any|right|wrong|sec)/,
    )
  })
})

describe('what a request failed with', () => {
  const name = { owner: 'o', model: 'm', revision: 'v1', file: 'f.gguf' }
  const settings = (hasToken: boolean) =>
    ({ endpoint: new URL('https://hub.invalid/x'), hasToken }) as unknown as HubSettings
  const problemOf = (details: Record<string, unknown>, hasToken = false) => {
    const cause = new RowspaceError('IO', 'as it was', details)
    const error = hubError(cause, name, settings(hasToken))
    expect(error).toMatchObject({ code: 'IO', details: { ...details, name: 'hf:o/m@v1/f.gguf' }, cause })
    return (error as Error).message.replace('hf:o/m@v1/f.gguf: ', '')
  }

  test.each<[Record<string, unknown>, boolean, RegExp]>([
    [
      { status: 401 },
      true,
      /^the hub answered 401: it does not know the token.*https:\/\/hub\.invalid\/settings/,
    ],
    [
      { status: 401 },
      false,
      /^the hub answered 401: there is no model o\/m.*terms at https:\/\/hub\.invalid\/o\/m/,
    ],
    [{ status: 403 }, true, /403: the account of this token has no access\. Request it at https/],
    [{ status: 403 }, false, /403: you have no access\. Request it at https/],
    [{ status: 404, errorCode: 'RepoNotFound' }, false, /^there is no model o\/m\. Check the name\.$/],
    [
      { status: 404, errorCode: 'RevisionNotFound' },
      false,
      /^the model o\/m has no revision "v1"\..*tree\/main\.$/,
    ],
    [{ status: 404, errorCode: 'EntryNotFound' }, false, /^the hub has no such file\..*\/o\/m\/tree\/v1\.$/],
    [{ status: 404 }, false, /^the hub has no such file\./],
    [{ status: 410, errorCode: 'RepoNotFound' }, false, /^as it was$/],
    [{ status: 410, errorCode: 'RevisionNotFound' }, false, /^as it was$/],
    [
      { reason: 'NETWORK', problem: 'no way' },
      false,
      /^https:\/\/hub\.invalid cannot be reached \(no way\)\./,
    ],
    [
      { reason: 'STALLED', problem: 'silence' },
      false,
      /^https:\/\/hub\.invalid cannot be reached \(silence\)\./,
    ],
    [{ reason: 'HTML' }, false, /^as it was$/],
  ])('%j, with a token: %s', (details, hasToken, message) => {
    expect(problemOf(details, hasToken)).toMatch(message)
  })

  test('another error is as it was', () => {
    const error = new TypeError('odd')
    expect(hubError(error, name, settings(false))).toBe(error)
  })
})
