/** The bytes of an index: bounds count on codes that were made as this version makes them. */
import { expect, test } from 'vitest'
import { Checksum } from '../../src/sources/checksum.ts'
import { INDEX_VERSION } from '../../src/stored/index-layout.ts'
import { hardTable } from '../oracle/hard-tables.ts'
import { makeTable } from '../oracle/tables.ts'
import { fileOf, indexOf } from './both.ts'

/** Where these change, so must INDEX_VERSION: an index of the last version has other codes and bounds. */
const PINNED = {
  version: 1,
  checksums: ['160a856b7560f53f', 'd6006acb8ba25c53', '51c797b1cef5fc1a', '712a711c53cc3b95'],
}

test('an index that comes out otherwise has another version', async () => {
  const checksums: string[] = []
  for (const made of [makeTable(5000, 37, 'model', 3), hardTable(700, 64, 'outliers', 4)]) {
    for (const codes of ['int8', 'int4'] as const) {
      const checksum = await Checksum.start()
      checksum.add(await indexOf(fileOf(made), { codes }))
      checksums.push(checksum.hex())
    }
  }
  expect({ version: INDEX_VERSION, checksums }).toEqual(PINNED)
})
