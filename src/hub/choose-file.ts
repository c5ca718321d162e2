/** Which file of a model holds its table, where none is named. */
import { RowspaceError } from '../core/errors.ts'
import { type HubName, hubNameText } from './name.ts'

/** Tried in this order, before the hub's list is read. */
export const USUAL_FILES = ['model.safetensors', 'model.safetensors.index.json'] as const

/** In the names of GGUF files: types of which a token embedding is read, the more exact first. */
const GGUF_TYPES = [
  ...[/bf16/i, /(?<!b)f16/i, /f32/i, /q8_0/i, /q6_k/i, /q5_/i, /(?<!i)q4_/i, /mxfp4/i, /iq4_/i],
  ...[/(?<!i)q3_k/i, /(?<!i)q2_k/i, /q[12]_0/i],
]
/** Files of a GGUF repository that have no table: what sees or hears, and what a quantiser measured. */
const NO_TABLE = /(?:^|\/)mmproj|imatrix/i

/**
 * The one of a repository's files to open: a GGUF file in a type that is read, else the only safetensors
 * file.
 *
 * @throws `NOT_FOUND` with the files that might be meant
 */
export function chooseListed(name: HubName, files: readonly string[]): string {
  const gguf = files.filter((file) => /\.gguf$/i.test(file) && partOf(file) === 1 && !NO_TABLE.test(file))
  for (const type of GGUF_TYPES) {
    const [match] = gguf.filter((file) => type.test(file)).sort()
    if (match !== undefined) return match
  }
  const tensors = files.filter((file) => /\.safetensors$/i.test(file))
  const only = gguf[0] ?? (tensors.length === 1 ? tensors[0] : undefined)
  if (only !== undefined) return only
  const likely =
    tensors.length > 0 ? tensors : files.filter((file) => /\.(npy|npz|vec|txt|bin|gz)$/i.test(file))
  const list = likely.length === 0 ? 'none that holds a table' : likely.slice(0, 12).join(', ')
  const model = hubNameText(name)
  const example = hubNameText({ ...name, file: likely[0] ?? 'file' })
  const text = `has neither ${USUAL_FILES.join(' nor ')} nor a .gguf file. It has ${list}.`
  const message = `${model} ${text} Name a file: ${example}.`
  throw new RowspaceError('NOT_FOUND', message, { name: model, files: likely })
}

/** Which one of a file in parts (`…-00002-of-00003.gguf`) it is: the first one names the others. */
function partOf(file: string): number {
  return Number(/-(\d+)-of-\d+\.gguf$/i.exec(file)?.[1] ?? 1)
}
