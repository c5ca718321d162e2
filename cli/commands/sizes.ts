/** `rowspace sizes`: how large the token tables of five models are, computed. */

import { bytes, count, percent, rounded } from '../../data/figures.ts'
import { MODELS, type Model } from '../models.ts'
import { HUB_OPTIONS } from '../open-table.ts'
import { columns, paint } from '../output.ts'
import type { Arguments } from '../parsing/arguments.ts'
import type { Answer, Command } from '../parsing/command.ts'
import { liveSizes } from './live-sizes.ts'

export const sizes: Command = {
  name: 'sizes',
  summary: 'the token tables of five models: rows, parameters, share of the model',
  operands: [],
  options: { live: { help: 'read the headers of the published models instead' }, ...HUB_OPTIONS },
  examples: ['rowspace sizes', 'rowspace sizes --json', 'rowspace sizes --live'],
  async run(args: Arguments): Promise<Answer> {
    if (args.flag('live')) return liveSizes(args)
    return { text: formatModels, document: { models: MODELS.map(modelDocument) } }
  },
}

function modelDocument(model: Model) {
  const { name, vocabulary, dimension, nominal, published, checkpoint } = model
  const parameters = vocabulary * dimension
  return {
    name,
    vocabulary,
    dimension,
    parameters,
    bytes: { f32: parameters * 4, bf16: parameters * 2 },
    published: { share: published, parameters: nominal, counted: parameters / nominal },
    checkpoint: { share: parameters / checkpoint, parameters: checkpoint },
  }
}

function formatModels(): string {
  const rows = MODELS.map((model) => {
    const { parameters, bytes: size, checkpoint } = modelDocument(model)
    return [
      paint.bold(model.name),
      count(model.vocabulary),
      count(model.dimension),
      paint.cyan(rounded(parameters)),
      bytes(size.f32),
      bytes(size.bf16),
      `${model.published} of ${model.nominalText}`,
      `${percent(checkpoint.share)} of ${rounded(checkpoint.parameters)}`,
    ]
  })
  const head = ['model', '|V|', 'd', '|V| · d', 'as f32', 'as bf16', 'published', 'checkpoint']
  return [
    columns('lrrrrrrr', head, rows, ' '),
    '',
    ...[
      'published: the share that is quoted, of the size a model is named after;',
      'checkpoint: of the numbers in its published weights; the second copy Qwen3 stores is left out.',
    ].map((line) => paint.dim(`  ${line}`)),
  ].join('\n')
}
