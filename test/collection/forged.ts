/** Collections' files that lie with fitting checksums: what a program could make up that is not rowspace. */

import { type CollectionMetadata, checksumOf } from '../../src/collection/file-layout.ts'
import type { CollectionStore } from '../../src/collection.ts'
import { readSafetensorsHeader } from '../../src/formats/safetensors/header.ts'
import { encodeSafetensors, type TensorToWrite } from '../../src/formats/safetensors/writer.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { Checksum } from '../../src/sources/checksum.ts'

export interface MemoryStore extends CollectionStore {
  bytes: Uint8Array<ArrayBuffer>
}

export function memoryStore(bytes = new Uint8Array(0)): MemoryStore {
  return {
    name: 'memory',
    bytes,
    async read() {
      return this.bytes.length === 0 ? undefined : bytesSource(this.bytes)
    },
    async write(chunks) {
      this.bytes = await joined(chunks)
    },
    lock: async () => async () => {},
  }
}

async function joined(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  const parts: BlobPart[] = []
  for await (const chunk of chunks) parts.push(chunk.slice())
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

export interface Forgery {
  tensors: Map<string, { dtype: string; shape: readonly number[]; bytes: Uint8Array }>
  metadata: Record<string, string>
}

/** The file after `change`, with checksums that fit. */
export async function forge(bytes: Uint8Array, change: (file: Forgery) => void): Promise<MemoryStore> {
  const { tensors, metadata } = await readSafetensorsHeader(bytesSource(bytes))
  const file: Forgery = {
    tensors: new Map(
      [...tensors].map(([name, { dtype, shape, start, end }]) => [
        name,
        { dtype, shape, bytes: bytes.slice(start, end) },
      ]),
    ),
    metadata: Object.fromEntries(metadata),
  }
  change(file)
  const list: TensorToWrite[] = [...file.tensors].map(([name, tensor]) => ({ name, ...tensor }))
  const checksums: [string, string][] = []
  for (const tensor of list) {
    const checksum = await Checksum.start()
    checksum.add(tensor.bytes as Uint8Array)
    checksums.push([tensor.name, checksum.hex()])
  }
  const written = { checksums: JSON.stringify(checksums), ...omit(file.metadata, 'checksum', 'checksums') }
  const forged = {
    ...written,
    ...('forgedChecksums' in file.metadata ? { checksums: file.metadata.forgedChecksums! } : {}),
  }
  const checksum = await checksumOf(forged as unknown as CollectionMetadata, list)
  return memoryStore(await joined(encodeSafetensors(list, { ...forged, checksum })))
}

function omit(record: Record<string, string>, ...names: string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)))
}

export function setText(file: Forgery, name: string, text: string): void {
  const bytes = new TextEncoder().encode(text)
  file.tensors.set(name, { dtype: 'U8', shape: [bytes.length], bytes })
}
