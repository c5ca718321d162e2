/** Options of opening: each of the kind it must be, and taken as they are at the call. */
import { describe, expect, test } from 'vitest'
import { openTable } from '../../src/open/open-table.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { ascii, rejection } from '../formats/files.ts'
import { npy } from '../formats/packed-files.ts'

describe('options', () => {
  const table = ascii('the 1 2\n')
  test.each<[string, object, RegExp]>([
    [
      'a format that is not known',
      { format: 'xml' },
      /^There is no format "xml": npy, npz, gguf, .* are known\.$/,
    ],
    ['a format that is not text', { format: 5 }, /^There is no format 5:/],
    [
      'encodingErrors',
      { encodingErrors: 'lax' },
      /^encodingErrors must be 'strict', 'replace' or 'ignore'; got "lax"\.$/,
    ],
    ['shards', { shards: 'none' }, /^shards must be 'all' or 'table'; got "none"\.$/],
    ['tensor', { tensor: 5 }, /^tensor must be the name of a tensor; got 5\.$/],
    [
      'a tensor of a format without tensors',
      { tensor: 'wte' },
      /^tensor is "wte", and .* \(glove-text\) has one table, without a name: leave it out\.$/,
    ],
  ])('%s', async (_, options, message) => {
    const error = await rejection(openTableFile(table, options))
    expect(error.code).toBe('INVALID_ARGUMENT')
    expect(error.message).toMatch(message)
  })

  test('rows are named by tokens or by words, not by both', async () => {
    const rows = npy('<f4', [1, 1], Float32Array.of(1))
    for (const open of [openTable, viewTable]) {
      const error = await rejection(open(rows, { tokens: ['a'], words: ascii('b') }))
      expect(error.code).toBe('INVALID_ARGUMENT')
      expect(error.message).toContain('leave one of them out')
    }
  })

  test('tokens are those at the call', async () => {
    const tokens = ['x']
    const opening = openTable(table, { tokens })
    tokens[0] = 'y'
    tokens.push('z')
    using opened = await opening
    expect(opened.token(0)).toBe('x')
  })
})
