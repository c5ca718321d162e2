/**
 * The files of a static model, in three layouts:
 *
 * ```
 * model.safetensors, tokenizer.json, config.json { normalize }                          model2vec
 * model.safetensors, tokenizer.json, modules.json                                       sentence-transformers
 * 0_StaticEmbedding/{model.safetensors, tokenizer.json}, modules.json  sentence-transformers, in folders
 * ```
 */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { isObject, type JsonFile, readJsonBeside, readJsonFile } from '../formats/json-beside.ts'
import { openSource, openSourceOrFolder, type SourceLike } from '../open/open-source.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { readTokenizerFiles, type TokenizerFiles } from '../tokenizers/model-tokenizer.ts'

/** The tensors of a folder: the first of these files that exists. */
const TENSOR_FILES = ['model.safetensors', '0_StaticEmbedding/model.safetensors']
/** Tensors in their own folder: the model's other files are one folder up. */
const IN_FOLDER = /\d+_StaticEmbedding[/\\]model\.safetensors$/

/** Opens the tensors of a model: in a folder, or as named. */
export async function openModelFile(like: SourceLike, options: SourceOptions): Promise<ByteSource> {
  const { source } = await openSourceOrFolder(like, TENSOR_FILES, options, noModelIn)
  return source
}

function noModelIn(path: string, cause: RowspaceError): RowspaceError {
  const folder = path.replace(/[/\\]+$/, '')
  return new RowspaceError('NOT_FOUND', `"${folder}" has neither ${TENSOR_FILES.join(' nor ')}.`, {
    ...cause.details,
    cause,
  })
}

/**
 * Whether vectors have length 1: by config.json, else by the steps in modules.json; undefined without both.
 */
export async function normalizes(source: ByteSource, options: SourceOptions): Promise<boolean | undefined> {
  const config = await readJsonBeside(source, 'config.json', options.signal)
  if (isObject(config?.value) && typeof config.value.normalize === 'boolean') return config.value.normalize
  const modules = await readModules(source, options)
  if (!Array.isArray(modules?.value)) return undefined
  return modules.value.some((step) => isObject(step) && /\bNormalize$/.test(String(step.type)))
}

async function readModules(source: ByteSource, options: SourceOptions): Promise<JsonFile | undefined> {
  if (!IN_FOLDER.test(source.name)) return readJsonBeside(source, 'modules.json', options.signal)
  let file: ByteSource
  try {
    file = await openSource(source.name.replace(IN_FOLDER, 'modules.json'), options)
  } catch (error) {
    if (isRowspaceError(error, 'NOT_FOUND')) return undefined
    throw error
  }
  return readJsonFile(file, options.signal)
}

/** Throws `NOT_FOUND` without tokenizer.json. */
export async function tokenizerFiles(source: ByteSource, options: SourceOptions): Promise<TokenizerFiles> {
  const files = await readTokenizerFiles(
    source,
    options.signal,
    'Put the right one there, or pass { tokenizer }.',
  )
  if (files !== undefined) return files
  throw new RowspaceError(
    'NOT_FOUND',
    `there is no tokenizer.json beside ${source.name}: put it there, or pass { tokenizer }`,
    { source: source.name },
  )
}
