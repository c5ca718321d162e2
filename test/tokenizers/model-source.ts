/** A model's files: tensors, and what lies beside them. */
import { encodeSafetensors, type TensorToWrite } from '../../src/formats/safetensors/writer.ts'
import { bytesSource } from '../../src/sources/bytes.ts'
import type { ByteSource } from '../../src/sources/source.ts'
import { join } from '../formats/files.ts'

/** `files` are texts, or values to write as JSON. */
export function modelSource(tensors: readonly TensorToWrite[], files: Record<string, unknown>): ByteSource {
  const encode = (value: unknown) =>
    new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value))
  return {
    ...bytesSource(join(encodeSafetensors(tensors)), 'model.safetensors'),
    sibling: async (name) => (name in files ? bytesSource(encode(files[name]), name) : undefined),
  }
}

/** The same source, and how many of the files beside it are open. */
export function countOpen(source: ByteSource): { source: ByteSource; open: () => number } {
  let open = 0
  return {
    open: () => open,
    source: {
      ...source,
      sibling: async (name) => {
        const beside = await source.sibling?.(name)
        if (beside === undefined) return undefined
        open++
        return { ...beside, close: async () => void open-- }
      },
    },
  }
}
