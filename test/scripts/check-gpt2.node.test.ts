/** `npm run gpt2`: what it says of a table of GPT-2's shape that is not GPT-2's. (The real one cannot be had here.) */
import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { folder } from '../cli/command.ts'
import { testHub } from '../servers/hub-spec.ts'
import { gpt2File } from '../servers/model-names.ts'
import { projectPath } from '../shared-data.ts'

const check = async (rows: number) => {
  const spec = gpt2File(1, { rows, dimension: 768, layers: 1 })
  const files = { 'model.safetensors': { kind: 'model', spec } } as const
  const { endpoint } = await testHub({ models: { 'openai-community/gpt2': { files } } })
  const env = { ...process.env, HF_ENDPOINT: endpoint, ROWSPACE_CACHE: folder() }
  return spawnSync(process.execPath, [projectPath('scripts/check-gpt2.mjs')], { encoding: 'utf8', env })
}

test('the shape is right, the fingerprint and every figure are not', async () => {
  const { stdout, stderr, status } = await check(50_257)
  expect({ stderr, status }).toEqual({ stderr: '', status: 1 })
  const lines = stdout.trimEnd().split('\n')
  expect(lines[0]).toBe('as published  shape: 50257 x 768')
  expect(lines[1]).toMatch(/^DIFFERS {7}SHA-256 of the rows: [0-9a-f]{64}, published e182e433/)
  expect(stdout).toMatch(
    /DIFFERS {7}cosine \/ dot of queen: -?[\d.]+ \/ -?[\d.]+, published 0\.71 \/ 11\.2\n/,
  )
  expect(lines).toHaveLength(12)
  expect(lines.at(-1)).toBe('10 differ: this is another table.')
}, 30_000)

test('another shape is reported at once', async () => {
  const { stdout, status } = await check(100)
  expect({ stdout, status }).toEqual({
    stdout: 'DIFFERS       shape: 100 x 768, published 50257 x 768\n1 differ: this is another table.\n',
    status: 1,
  })
})
