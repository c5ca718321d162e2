/** JSON files beside a table's file: a model's configuration and its tokenizer. */
import { readExactly } from '../sources/blocks.ts'
import type { ByteSource } from '../sources/source.ts'
import { invalidFormat } from './malformed.ts'

/** A maximum that no real file reaches: Gemma's tokenizer has 33 MB. */
const MAX_BYTES = 1 << 28

/** A parsed file, whose name errors give. */
export interface JsonFile {
  readonly name: string
  readonly value: unknown
}

/** Whether parsed JSON is an object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * Reads the JSON file `name` beside `source`. Returns undefined where there is none.
 *
 * @param remedy ends the message of an error
 * @throws `INVALID_FORMAT` if it is too large, not UTF-8 or not JSON
 */
export async function readJsonBeside(
  source: ByteSource,
  name: string,
  signal: AbortSignal | undefined,
  remedy = '',
): Promise<JsonFile | undefined> {
  const file = await source.sibling?.(name)
  return file && readJsonFile(file, signal, remedy)
}

/** Reads a JSON file and closes it. Throws as readJsonBeside. */
export async function readJsonFile(
  file: ByteSource,
  signal: AbortSignal | undefined,
  remedy = '',
): Promise<JsonFile> {
  try {
    if (file.size > MAX_BYTES) {
      throw invalidFormat(file, `it has ${file.size} bytes; at most ${MAX_BYTES} are read. ${remedy}`.trim())
    }
    const bytes = await readExactly(file, 0, file.size, signal)
    return { name: file.name, value: parse(file, bytes, remedy) }
  } finally {
    await file.close?.()
  }
}

function parse(file: ByteSource, bytes: Uint8Array, remedy: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw invalidFormat(file, `it is not JSON: ${(cause as Error).message}. ${remedy}`.trim(), { cause })
  }
}
