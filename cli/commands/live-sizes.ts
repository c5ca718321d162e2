/** `rowspace sizes --live`: the same figures of the models as published now, read from their headers. */
import { bytes, count, percent, rounded } from '../../data/figures.ts'
import { isRowspaceError, type RowspaceError } from '../../src/core/errors.ts'
import { readTied, type Tied } from '../../src/formats/tied.ts'
import { describeTableFile, type TableDescription } from '../../src/open/describe-table-file.ts'
import { MODELS, type Model } from '../models.ts'
import { type NamedTableOptions, openFile, tableOptions } from '../open-table.ts'
import { columns, note, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer } from '../parsing/command.ts'
import { showProgress } from '../progress.ts'
import { tiedDocument } from './inspect.ts'

interface Read {
  model: Model
  description: TableDescription & Tied
}

/** Notes on stderr which models cannot be read; throws the first error if none can. */
export async function liveSizes(args: Arguments): Promise<Answer> {
  const options = tableOptions(args)
  const progress = showProgress('headers of five models', args.flag('quiet'))
  const read: Read[] = []
  const failed: [Model, RowspaceError][] = []
  try {
    for (const [index, model] of MODELS.entries()) {
      progress.report({ phase: 'open', done: index, total: MODELS.length })
      try {
        read.push({ model, description: await readModel(model, options) })
      } catch (error) {
        if (!isRowspaceError(error)) throw error
        failed.push([model, error])
      }
    }
  } finally {
    progress.clear()
  }
  const [first] = failed
  if (read.length === 0 && first !== undefined) throw first[1]
  for (const [, error] of failed) note(error.message)
  const errors = failed.map(([{ name, repository }, { code, message }]) => ({
    name,
    repository,
    code,
    message,
  }))
  return { text: () => formatRead(read), document: { models: read.map(documentOf), errors } }
}

async function readModel({ repository }: Model, options: NamedTableOptions): Promise<Read['description']> {
  const file = await openFile(`hf:${repository}`, options)
  try {
    const tied = await readTied(file, options.signal)
    return { ...describeTableFile(file), ...tied }
  } finally {
    await file.close()
  }
}

function documentOf({ model, description }: Read) {
  const { tensors: _, name: __, ...figures } = description
  return {
    name: model.name,
    repository: model.repository,
    ...figures,
    ...tiedDocument(description),
    published: model.published,
  }
}

function formatRead(read: readonly Read[]): string {
  const rows = read.map(({ model, description }) => {
    const { rows, dimension, dtype, tableParameters, parameters, fileBytes, bytesRead, tied } = description
    return [
      paint.bold(model.name),
      count(rows),
      count(dimension),
      paint.cyan(rounded(tableParameters)),
      dtype,
      `${percent(tableParameters / parameters)} of ${rounded(parameters)}`,
      tied === undefined ? '–' : tied ? 'yes' : 'no',
      `${bytes(bytesRead)} of ${bytes(fileBytes)}`,
    ]
  })
  return columns('lrrrlrlr', ['model', '|V|', 'd', '|V| · d', 'type', 'share', 'tied', 'read'], rows)
}
