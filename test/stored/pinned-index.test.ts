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
  checksums: ['79f49328832cf7ba', '4b915d78532fa6db', '9b673788810a9fe4', '781743e281f31134'],
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
