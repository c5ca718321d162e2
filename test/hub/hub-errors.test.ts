/** What the hub answers when a file cannot be opened, in words that say what to do. */
import { describe, expect, test } from 'vitest'
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
