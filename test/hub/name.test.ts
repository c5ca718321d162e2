/** Names of models: what is one, and what each part may hold. */
import { expect, test } from 'vitest'
import { openTable } from '../../src/open/open-table.ts'
import { rejection } from '../formats/files.ts'

test.each([
  'hf:',
  'hf:gpt2',
  'hf:a/',
  'hf:/b',
  'hf:../b',
  'hf:a/..',
  'hf:a/b@',
  'hf:a/b@../c',
  'hf:a/b/',
  'hf:a/b/../c',
  'hf:a/b//c',
  'hf:a/b/c\\d',
  'hf:a/b/c?d',
  'hf:a/b/c%2e',
  'hf:a b/c',
  'hf:a/b\n',
  'hf:a/b/\u0000',
  'hf:á/b',
  'hf:a--b/c',
  'hf:-a/b',
  'hf:a/b@c d',
  'hf:a/b@..',
  'hf:a/b@a..b',
  'hf:a/b@v1..',
  'hf:a/b@refs/pr/..',
  'hf:a/b@refs/pr/.',
  'hf:a/b@refs/pr/',
  'hf:a/b@refs/pr/1/../../x',
  'hf:a/b@-c',
  'hf:a/b@c%2f..',
  'hf:a/b/.',
  'hf:a/b/./c',
  'hf:a/b/...',
  'hf:a/b/c/',
  `hf:a/b@${'c'.repeat(201)}`,
  `hf:a/b/${'c/'.repeat(600)}d`,
  `hf:${'a'.repeat(97)}/b`,
])('the name %j', async (name) => {
  expect((await rejection(openTable(name))).code).toBe('INVALID_ARGUMENT')
})
