/** `--transform`: transformed tables to evaluate beside the plain one. */
import { RowspaceError } from '../../src/core/errors.ts'
import { describe } from '../../src/core/values.ts'
import type { EmbeddingTable } from '../../src/table/embedding-table.ts'
import { allButTheTop, meanRemoval, principalComponents, whitening } from '../../src/transforms/fit.ts'
import type { Transform } from '../../src/transforms/transform.ts'
import { didYouMean } from './arguments.ts'

const TRANSFORMS: Readonly<
  Record<string, (table: EmbeddingTable, count: number | undefined) => Promise<Transform>>
> = {
  mean: (table) => meanRemoval(table),
  'all-but-the-top': (table, components) => allButTheTop(table, { components }),
  pca: (table, dimension = Math.ceil(table.dimension / 2)) => principalComponents(table, { dimension }),
  whiten: (table, dimension) => whitening(table, { dimension }),
}

export interface NamedTransform {
  name: string
  make: (table: EmbeddingTable) => Promise<Transform>
}

/** Reads `mean`, `all-but-the-top:3`, `pca:50`, `whiten`, `all`. Throws `INVALID_ARGUMENT`. */
export function readTransforms(names: readonly string[]): NamedTransform[] {
  return names
    .flatMap((name) => (name === 'all' ? Object.keys(TRANSFORMS) : [name]))
    .map((name) => {
      const [, kind = '', count] = /^([^:]*)(?::(\d+))?$/.exec(name) ?? []
      const make = Object.hasOwn(TRANSFORMS, kind) ? TRANSFORMS[kind] : undefined
      if (make !== undefined && (count === undefined || kind !== 'mean')) {
        return { name, make: (table) => make(table, count === undefined ? undefined : Number(count)) }
      }
      const known = Object.keys(TRANSFORMS)
      const hint = didYouMean(kind, known) || '.'
      const expected = `--transform must be ${known.join(', ')} or all, some with a number (pca:50)`
      throw new RowspaceError('INVALID_ARGUMENT', `${expected}; got ${describe(name)}${hint}`)
    })
}
