/**
 * The tables of docs/formats.md: what the readers say that they open, each tried on a small file.
 * `ROWSPACE_WRITE_PAGES=1 npm test -- formats-page` writes them.
 */
import { expect, test } from 'vitest'
import { readSection, writeSection } from '../../scripts/page-section.mjs'
import { ELEMENT_TYPES } from '../../src/core/element-types.ts'
import type { FormatName, TableFile } from '../../src/formats/format.ts'
import { READABLE_TYPES } from '../../src/formats/gguf/readable-types.ts'
import { GGUF_TYPES } from '../../src/formats/gguf/types.ts'
import { writeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { writeWord2vecBinary, writeWord2vecText } from '../../src/formats/text/word2vec-writer.ts'
import { writableRows } from '../../src/formats/writable.ts'
import { openTableFile, READERS } from '../../src/open/open-table-file.ts'
import { join, rejection } from '../formats/files.ts'
import { gguf } from '../formats/gguf-files.ts'
import { projectPath } from '../shared-data.ts'
import { sampleFile } from './sample-files.ts'

const PAGE = projectPath('docs/formats.md')

/** What the code cannot say. */
const TITLES: Record<FormatName, [title: string, names: string]> = {
  safetensors: ['safetensors', 'a tensor `tokens`, or the tokenizer.json of a model'],
  'safetensors-index': ['safetensors in parts, by `model.safetensors.index.json`', 'the same'],
  gguf: ['GGUF', 'the tokens in the file'],
  npy: ['npy, in either memory order', 'a file of words beside it'],
  npz: ['npz', 'an array of words, or a file beside it'],
  fasttext: ['fastText models (`.bin`)', 'its words'],
  'word2vec-text': ['word2vec text (`.vec` of fastText too)', 'its words'],
  'word2vec-binary': ['word2vec binary', 'its words'],
  'glove-text': ['GloVe text', 'its words'],
  'raw-f32': ['`vectors.f32`, `words.json`', 'the words beside it'],
}

const TABLE = writableRows(Float32Array.of(1, 2, 3, 4), 2, ['a', 'b'])
const WRITERS: Partial<Record<FormatName, (dtype: (typeof ELEMENT_TYPES)[number]) => Iterable<Uint8Array>>> =
  {
    safetensors: (dtype) => writeSafetensors(TABLE, { dtype }),
    'word2vec-text': () => writeWord2vecText(TABLE),
    'word2vec-binary': () => writeWord2vecBinary(TABLE),
  }

const markdown = (lines: readonly (readonly string[])[]) =>
  lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** What a page must say between its markers. */
function expectSection(name: string, section: string): void {
  if (process.env.ROWSPACE_WRITE_PAGES !== undefined) writeSection(PAGE, name, section)
  expect(readSection(PAGE, name), 'ROWSPACE_WRITE_PAGES=1 npm test -- formats-page writes it').toBe(section)
}

/** How a table holds what a file of this format and type has: 'f32', 'bf16', 'f16'. */
async function opened<T>(format: FormatName, type: string, seen: (file: TableFile) => T): Promise<T> {
  const file = await openTableFile(await sampleFile(format, type))
  try {
    expect(file, type).toMatchObject({
      format: format === 'safetensors-index' ? 'safetensors' : format,
      size: 2,
    })
    const loaded = await file.load(new Float32Array(file.size * file.dimension))
    expect(loaded.size).toBe(2)
    return seen(file)
  } finally {
    await file.close()
  }
}

async function written(format: FormatName): Promise<string> {
  const write = WRITERS[format]
  if (write === undefined) return '–'
  const types = new Set<string>()
  for (const dtype of ELEMENT_TYPES) {
    const file = await openTableFile(join(write(dtype)))
    expect(file.format).toBe(format)
    types.add(file.dtype)
    await file.close()
  }
  return [...types].join(', ')
}

test('each format, the types that are read and how a table holds them', async () => {
  const lines = [
    [
      'format',
      'numbers, and how a table holds them',
      'rows are read where they lie',
      'names of rows',
      'written',
    ],
    Array(5).fill('---'),
  ]
  for (const { name, types } of READERS) {
    const held = new Map<string, string[]>()
    const placed = new Set<boolean>()
    for (const type of types) {
      const [elementType, hasRows] = await opened(name, type, (file) => [
        file.elementType ?? 'f32',
        file.rows !== undefined,
      ])
      held.set(elementType, [...(held.get(elementType) ?? []), type])
      placed.add(hasRows)
    }
    const numbers = [...held].map(
      ([elementType, list]) => `${list.map((type) => `\`${type}\``).join(', ')}: ${elementType}`,
    )
    const where = placed.size === 2 ? 'little-endian' : placed.has(true) ? 'yes' : 'no'
    lines.push([TITLES[name][0], numbers.join('; '), where, TITLES[name][1], await written(name)])
  }
  expectSection('formats', markdown(lines))
})

test('quantised GGUF types, and those that are not read', async () => {
  const lines = [['type', 'numbers in a block', 'bytes', 'bits per weight'], Array(4).fill('---')]
  const unread: string[] = []
  for (const [id, { name, block, bytes }] of GGUF_TYPES) {
    if (!READABLE_TYPES.has(name)) {
      unread.push(name)
      const tensor = { name: 'token_embd.weight', shape: [1, block], type: id, bytes: new Uint8Array(bytes) }
      const error = await rejection(openTableFile(gguf({ tensors: [tensor] })))
      expect(error).toMatchObject({ code: 'UNSUPPORTED', message: expect.stringContaining(`is ${name} [`) })
    } else if (block > 1) {
      const bits = await opened('gguf', name, (file) => file.bitsPerWeight)
      lines.push([name, String(block), String(bytes), String(bits)])
    }
  }
  expectSection('gguf-types', `${markdown(lines)}\n\nNamed in the error, and not read: ${unread.join(', ')}.`)
})
