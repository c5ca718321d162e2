/**
 * Whether a model's output layer is its table, by its tensors and by config.json beside it; what is no
 * parameter.
 */
import { expect, test } from 'vitest'
import { encodeSafetensors } from '../../src/formats/safetensors/writer.ts'
import { readTied } from '../../src/formats/tied.ts'
import { describeTableFile } from '../../src/open/describe-table-file.ts'
import { openTableFile } from '../../src/open/open-table-file.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import { ascii, join } from './files.ts'

const tensor = (name: string, ...shape: number[]) => {
  const elements = shape.reduce((product, length) => product * length, 1)
  return { name, dtype: 'F32' as const, shape, bytes: new Uint8Array(4 * elements) }
}
const TABLE = tensor('model.embed_tokens.weight', 4, 3)
const HEAD = tensor('lm_head.weight', 4, 3)

/** A file of these tensors, and what stands in config.json beside it. */
const fileOf = (tensors: ReturnType<typeof tensor>[], configuration?: string) =>
  openTableFile({
    ...bytesSource(join(encodeSafetensors(tensors))),
    sibling: async (name) =>
      name === 'config.json' && configuration !== undefined ? bytesSource(ascii(configuration)) : undefined,
  })

test.each<[string, ReturnType<typeof tensor>[], string | undefined, boolean | undefined, string | undefined]>(
  [
    ['a tensor of its own', [TABLE, HEAD], undefined, false, 'lm_head.weight'],
    ['none, and nothing that says so', [TABLE], undefined, undefined, undefined],
    ['none, and a configuration that is silent', [TABLE], '{}', true, undefined],
    ['none, and a configuration that denies it', [TABLE], '{"tie_word_embeddings":false}', false, undefined],
    ['stored twice', [TABLE, HEAD], '{"tie_word_embeddings":true}', true, 'lm_head.weight'],
    [
      'said of the text model',
      [TABLE, HEAD],
      '{"text_config":{"tie_word_embeddings":true}}',
      true,
      'lm_head.weight',
    ],
    [
      'none behind a GGUF file’s last norm',
      [TABLE, tensor('output_norm.weight', 3)],
      undefined,
      true,
      undefined,
    ],
    [
      'a tensor of its own behind it',
      [TABLE, tensor('output.weight', 4, 3), tensor('output_norm.weight', 3)],
      undefined,
      false,
      'output.weight',
    ],
    [
      'other names',
      [TABLE, tensor('lm_head.weight_scale', 4, 3), tensor('my_output.weight', 4, 3)],
      undefined,
      undefined,
      undefined,
    ],
    ['of fewer columns', [TABLE, tensor('lm_head.weight', 4, 2)], undefined, undefined, undefined],
    ['of fewer rows', [TABLE, tensor('embed_out.weight', 3, 3)], undefined, undefined, undefined],
    ['of another shape', [TABLE, tensor('lm_head.weight', 3, 4)], undefined, undefined, undefined],
    ['a configuration that is no JSON', [TABLE, HEAD], '<html>', false, 'lm_head.weight'],
    ['a configuration that is no object', [TABLE], 'null', undefined, undefined],
  ],
)('%s', async (_, tensors, configuration, tied, outputTensor) => {
  expect(await readTied(await fileOf(tensors, configuration))).toEqual({ tied, outputTensor })
})

test('masks, positions and frequencies are no parameters', async () => {
  const file = await fileOf([
    TABLE,
    tensor('h.0.attn.bias', 1, 1, 5, 5),
    tensor('h.0.attn.masked_bias'),
    tensor('layers.0.self_attn.rotary_emb.inv_freq', 8),
    // a bias that is one
    tensor('encoder.attention.bias', 6),
  ])
  expect(describeTableFile(file)).toMatchObject({ tableParameters: 12, parameters: 18 })
})
