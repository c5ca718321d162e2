/** `sizes --live` on models of the published shapes: their headers are read, and what cannot be read is noted. */
import { describe, expect, test } from 'vitest'
import { testHub } from '../servers/hub-spec.ts'
import { gpt2File } from '../servers/model-names.ts'
import { folder, rowspaceWith } from './command.ts'

describe('sizes --live', () => {
  test('reads the headers of the published models, and notes those it cannot read', async () => {
    const tensors = (name: string, rows: number, dimension: number) => ({
      name,
      dtype: 'F32' as const,
      shape: [rows, dimension],
    })
    const modelOf = (seed: number, rows: number, dimension: number, own = false) => {
      const table = 'model.embed_tokens.weight'
      const list = [
        tensors(table, rows, dimension),
        tensors('model.layers.0.mlp.up_proj.weight', 7, dimension),
      ]
      if (own) list.push(tensors('lm_head.weight', rows, dimension))
      return { kind: 'model', spec: { tensors: list, table, seed } } as const
    }
    const tied = { kind: 'text', text: '{"tie_word_embeddings":true}' } as const
    const hub = await testHub({
      models: {
        'openai-community/gpt2': {
          files: {
            'model.safetensors': { kind: 'model', spec: gpt2File(1) },
            'config.json': { kind: 'text', text: '{"model_type":"gpt2"}' },
          },
        },
        'Qwen/Qwen3-1.7B': {
          files: { 'model.safetensors': modelOf(2, 151_936, 2_048, true), 'config.json': tied },
        },
        'mistralai/Ministral-8B-Instruct-2410': {
          files: { 'model.safetensors': modelOf(3, 131_072, 4_096, true) },
        },
        'deepseek-ai/DeepSeek-V3.2-Speciale': { files: { 'model.safetensors': modelOf(4, 129_280, 7_168) } },
      },
    })
    const environment = { HF_ENDPOINT: hub.endpoint, ROWSPACE_CACHE: folder() }
    const { stdout, stderr, code } = rowspaceWith(environment, 'sizes', '--live', '--json')
    expect(code).toBe(0)
    expect(stderr).toMatch(/^rowspace: hf:google\/gemma-3-270m[^\n]*: the hub answered 401[^\n]*\n$/)
    const { models, errors } = JSON.parse(stdout)
    expect(models).toMatchObject([
      { name: 'GPT-2 Small', rows: 50_257, tableParameters: 38_597_376, tied: true },
      { name: 'Qwen3 1.7B', rows: 151_936, dimension: 2_048, tied: true, outputTensor: 'lm_head.weight' },
      { name: 'Ministral 8B', rows: 131_072, dimension: 4_096, tied: false },
      { name: 'DeepSeek V3.2 Speciale', tableParameters: 926_679_040, tied: null },
    ])
    for (const { bytesRead, fileBytes } of models) expect(bytesRead / fileBytes).toBeLessThan(0.01)
    expect(errors).toMatchObject([{ name: 'Gemma 3 270M', code: 'ACCESS_DENIED' }])
    const shown = rowspaceWith(environment, 'sizes', '--live').stdout
    expect(shown).toMatch(/GPT-2 Small +50,257 +768 +38\.6M +f32 +31\.0 % of 124\.4M +yes +0 bytes of 548 MB/)
  })
})
