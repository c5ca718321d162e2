/** The options of `rowspace/hub`. */
import { isRowspaceError } from '../../../src/core/errors.ts'
import { hubSource } from '../../../src/hub.ts'
import type { Calls } from '../types.ts'

const NAME = 'hf:openai/small'

/** OFFLINE says that the options were taken. */
async function open(options: Parameters<typeof hubSource>[1]): Promise<void> {
  try {
    await hubSource(NAME, options)
  } catch (error) {
    if (!isRowspaceError(error, 'OFFLINE')) throw error
  }
}

const hub = { offline: true, endpoint: 'http://127.0.0.1:9', cache: false }

export const calls: Calls = {
  'hubSource options': {
    options: { retries: 1, retryMilliseconds: 5, stallMilliseconds: 50, headers: { a: 'b' }, hub },
    call: open,
  },
  'hubSource options.hub': {
    options: { ...hub, refresh: true, token: 'hf_x' },
    call: (given) => open({ hub: given }),
  },
}

/** Parameters that are not read strictly yet. */
export const pending: readonly string[] = []
