/**
 * The files of a static model, in three layouts:
 *
 * ```
 * model.safetensors, tokenizer.json, config.json { normalize }                          model2vec
 * model.safetensors, tokenizer.json, modules.json                                       sentence-transformers
 * 0_StaticEmbedding/model.safetensors, 0_StaticEmbedding/tokenizer.json, modules.json   sentence-transformers, in folders
 * ```
 */
import { isRowspaceError, RowspaceError } from '../core/errors.ts'
import { openSource, openSourceOrFolder, type SourceLike } from '../open/open-source.ts'
import type { ByteSource, SourceOptions } from '../sources/source.ts'
import { isObject } from '../tokenizers/json-object.ts'
import type { TokenizerFiles } from '../tokenizers/model-tokenizer.ts'

/** The tensors of a folder: the first of these files that exists. */
const TENSOR_FILES = ['model.safetensors', '0_StaticEmbedding/model.safetensors']
/** Tensors in their own folder: the model's other files are one folder up. */
const IN_FOLDER = /\d+_StaticEmbedding[/\\]model\.safetensors$/
/** A maximum that no real file reaches: Gemma's tokenizer has 33 MB. */
const MAX_BYTES = 1 << 28

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
  const config = await readJson(source, 'config.json', options)
  if (isObject(config) && typeof config.normalize === 'boolean') return config.normalize
  const modules = await readModules(source, options)
  if (!Array.isArray(modules)) return undefined
  return modules.some((step) => isObject(step) && /\bNormalize$/.test(String(step.type)))
}

async function readModules(source: ByteSource, options: SourceOptions): Promise<unknown> {
  if (!IN_FOLDER.test(source.name)) return readJson(source, 'modules.json', options)
  let file: ByteSource
  try {
    file = await openSource(source.name.replace(IN_FOLDER, 'modules.json'), options)
  } catch (error) {
    if (isRowspaceError(error, 'NOT_FOUND')) return undefined
    throw error
  }
  return parse(file, options)
}

/** Throws `NOT_FOUND` without tokenizer.json. */
export async function tokenizerFiles(source: ByteSource, options: SourceOptions): Promise<TokenizerFiles> {
  const tokenizer = await readJson(source, 'tokenizer.json', options)
  if (!isObject(tokenizer)) {
    throw new RowspaceError(
      tokenizer === undefined ? 'NOT_FOUND' : 'INVALID_FORMAT',
      tokenizer === undefined
        ? `there is no tokenizer.json beside ${source.name}: put it there, or pass { tokenizer }`
        : `tokenizer.json is not a JSON object: put the right one there, or pass { tokenizer }`,
      { source: source.name },
    )
  }
  const config = await readJson(source, 'tokenizer_config.json', options)
  return { tokenizer, config: isObject(config) ? config : {} }
}

/** The parsed JSON file beside another, or undefined where there is none. */
async function readJson(source: ByteSource, name: string, options: SourceOptions): Promise<unknown> {
  const beside = await source.sibling?.(name)
  return beside === undefined ? undefined : parse(beside, options)
}

/** Reads a JSON file and closes it. */
async function parse(file: ByteSource, { signal }: SourceOptions): Promise<unknown> {
  try {
    if (file.size > MAX_BYTES) {
      throw new SyntaxError(`its ${file.size} bytes are more than ${MAX_BYTES}`)
    }
    return JSON.parse(new TextDecoder().decode(await file.read(0, file.size, { signal })))
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause
    throw new RowspaceError('INVALID_FORMAT', `${file.name} cannot be read as JSON: ${cause.message}`, {
      source: file.name,
      cause,
    })
  } finally {
    await file.close?.()
  }
}
