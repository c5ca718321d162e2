/** What inspect prints of models, line by line: types, tied layers, how much was read, and what it takes to open them. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test, vi } from 'vitest'
import { inspect } from '../../cli/commands/inspect.ts'
import { readArguments } from '../../cli/parsing/arguments.ts'
import { quantisedGguf } from '../formats/gguf-files.ts'
import { testHub } from '../servers/hub-spec.ts'
import type { TensorSpec } from '../servers/model-names.ts'
import { folder } from './command.ts'

afterEach(() => vi.unstubAllEnvs())

const TABLE = 'model.embed_tokens.weight'
const OUTPUT = 'lm_head.weight'

/** The answer for a model of these tensors, and of this configuration where there is one. */
async function inspected(tensors: TensorSpec[], configuration?: string) {
  const hub = await testHub({
    models: {
      'owner/model': {
        files: {
          'model.safetensors': { kind: 'model', spec: { tensors, table: TABLE, seed: 1 } },
          ...(configuration === undefined ? {} : { 'config.json': { kind: 'text', text: configuration } }),
        },
      },
    },
  })
  vi.stubEnv('HF_ENDPOINT', hub.endpoint)
  vi.stubEnv('ROWSPACE_CACHE', folder())
  return inspect.run(readArguments(['hf:owner/model'], inspect))
}

const tensor = (name: string, ...shape: number[]): TensorSpec => ({ name, dtype: 'BF16', shape })

test('a large table of bf16, for which one memory is too small as float32', async () => {
  const tensors = [tensor(TABLE, 1_200_000, 1_000), tensor('layer.weight', 400, 1_000)]
  const { text, document } = await inspected(tensors)
  expect(text().split('\n')).toEqual([
    'hf:owner/model',
    '  format      safetensors',
    '  table       |V| x d = 1,200,000 x 1,000, bf16',
    `  tensor      ${TABLE}`,
    '  parameters  1,200,000,000 (1.20B) in the table',
    '              1,200,400,000 (1.20B) in the file',
    '  share       100.0 %',
    '  file        2.40 GB, of which 65.5 kB were read to know this',
    expect.stringMatching(
      /^ {2}memory {6}as bf16 2\.\d+ GB, 3\.\d+ GB with 8-bit codes, 3\.\d+ GB with 4-bit ones$/,
    ),
    expect.stringMatching(
      /^ {14}as f32 4\.\d+ GB \(one memory holds 4 GiB: too large\), 6\.\d+ GB \(one memory .*\) with 8-bit/,
    ),
    '',
    '  2 tensors                  type  shape',
    `  ${TABLE}  BF16  1,200,000 x 1,000`,
    '  layer.weight               BF16  400 x 1,000',
  ])
  const { memory } = document as { memory: Record<string, number> }
  expect(memory.opened).toBe(memory.withCodes)
})

test('a quantised table, with the bits that a number takes', async () => {
  const path = join(folder(), 'model-Q6_K.gguf')
  writeFileSync(path, quantisedGguf('Q6_K'))
  const { text, document } = await inspect.run(readArguments([path], inspect))
  const lines = text().split('\n')
  expect(lines).toContain('  table       |V| x d = 3 x 256, q6_k (6.5625 bits per weight)')
  expect(lines.find((line) => line.includes('memory'))).toMatch(/as f32 /)
  expect(document).toMatchObject({ dtype: 'q6_k', bitsPerWeight: 6.5625, elementType: 'f32' })
})

test('a small table is opened without codes', async () => {
  const { document } = await inspected([tensor(TABLE, 3, 4)])
  const { memory } = document as { memory: Record<string, number> & { ways: Record<string, unknown> } }
  expect(Object.keys(memory.ways)).toEqual(['bf16', 'f32'])
  for (const way of ['withCodes', 'withFourBitCodes', 'withoutCodes'])
    expect((memory[way] ?? 0) % 65_536, way).toBe(0)
  expect(memory.opened).toBe(memory.withoutCodes)
})

test.each<[string, TensorSpec[], string | undefined, string | undefined]>([
  ['nothing says so', [], undefined, undefined],
  ['by its configuration', [], '{"tie_word_embeddings":true}', 'tied: the output layer is the table'],
  [
    'stored twice',
    [tensor(OUTPUT, 300, 8)],
    '{"tie_word_embeddings":true}',
    `tied: the output layer is the table, stored a second time as ${OUTPUT}`,
  ],
  [
    'a layer of its own',
    [tensor(OUTPUT, 300, 8)],
    undefined,
    `untied: the output layer is its own, ${OUTPUT}`,
  ],
  ['one that is elsewhere', [], '{"tie_word_embeddings":false}', 'untied: the output layer is its own'],
])('whether the output layer is the table: %s', async (_, more, configuration, expected) => {
  const { text, document } = await inspected([tensor(TABLE, 300, 8), ...more], configuration)
  expect(document).toMatchObject({
    tied: expected === undefined ? null : expected.startsWith('tied'),
    outputTensor: more[0]?.name ?? null,
  })
  const line = text()
    .split('\n')
    .find((line) => line.startsWith('  output'))
  expect(line).toBe(expected === undefined ? undefined : `  output      ${expected}`)
})
