/** The same table in memory and where it lies. */
import { expect } from 'vitest'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import type { SourceLike } from '../../src/open/open-source.ts'
import { viewTable } from '../../src/stored/view-table.ts'
import { type IndexOptions, writeIndex } from '../../src/stored/write-index.ts'
import { EmbeddingTable } from '../../src/table/embedding-table.ts'
import type { Matches } from '../../src/table/matches.ts'
import { join } from '../formats/files.ts'
import type { TestTable } from '../oracle/tables.ts'

/** A table as a safetensors file, with tokens 'token 0' …. */
export function fileOf({ flat, dimension, size }: TestTable): Uint8Array {
  return join(writeSafetensors(writableRows(flat, dimension, tokensOf(size))))
}

export async function indexOf(file: SourceLike, options: IndexOptions = {}): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of writeIndex(file, options)) chunks.push(chunk)
  return join(chunks)
}

export async function bothOf(
  made: TestTable,
  { codes, threads }: { codes?: 'int8' | 'int4'; threads?: number } = {},
) {
  const { flat, dimension, size } = made
  const file = fileOf(made)
  const index = await indexOf(file, { codes })
  const stored = await viewTable(file, { index, threads })
  const table = await EmbeddingTable.from(flat, { dimension, tokens: tokensOf(size), codes: false })
  return { stored, table, file, index }
}

export function expectSame(actual: Matches, expected: Matches): void {
  expect([...actual.ids]).toEqual([...expected.ids])
  expect(actual.toArray()).toEqual(expected.toArray())
}

function tokensOf(size: number): string[] {
  return Array.from({ length: size }, (_, id) => `token ${id}`)
}
