/** `rowspace sizes`: how large the embedding tables of five models are. */
import { bytesText, countText, print, printJson, table } from './output.ts'
import { positionals, readArguments } from './usage.ts'

interface Model {
  name: string
  vocabulary: number
  dimension: number
  /** Bytes a number in the published file. */
  bytesEach: 2 | 4
  /** The share of all parameters as published, in per cent. */
  publishedShare: number
  /** All parameters, counted from the headers of the published checkpoint; undefined where that count is not at hand. */
  checkpointParameters?: number
}

// |V|, d and the published shares: the models' cards and configurations. GPT-2's share takes its nominal 117M; its
// checkpoint holds 124,439,808 (the output layer is tied to the table). The other totals come with reading headers live.
const MODELS: Model[] = [
  {
    name: 'GPT-2 Small',
    vocabulary: 50_257,
    dimension: 768,
    bytesEach: 4,
    publishedShare: 33.0,
    checkpointParameters: 124_439_808,
  },
  {
    name: 'Gemma 3 270M',
    vocabulary: 262_144,
    dimension: 640,
    bytesEach: 2,
    publishedShare: 62.1,
    checkpointParameters: 268_098_176,
  },
  { name: 'Qwen3 1.7B', vocabulary: 151_936, dimension: 2_048, bytesEach: 2, publishedShare: 18.3 },
  {
    name: 'Ministral 8B',
    vocabulary: 131_072,
    dimension: 4_096,
    bytesEach: 2,
    publishedShare: 6.7,
    checkpointParameters: 8_019_808_256,
  },
  {
    name: 'DeepSeek V3.2 Speciale',
    vocabulary: 129_280,
    dimension: 7_168,
    bytesEach: 2,
    publishedShare: 0.14,
  },
]

function sizeOf({ vocabulary, dimension, bytesEach, checkpointParameters, ...model }: Model) {
  const parameters = vocabulary * dimension
  return {
    name: model.name,
    vocabulary,
    dimension,
    parameters,
    dtype: bytesEach === 4 ? 'f32' : 'bf16',
    bytes: parameters * bytesEach,
    publishedShare: model.publishedShare / 100,
    checkpointParameters: checkpointParameters ?? null,
    checkpointShare: checkpointParameters === undefined ? null : parameters / checkpointParameters,
  }
}

export function sizesCommand(args: string[]): void {
  const { values, positionals: given } = readArguments(args, {})
  positionals(given, [])
  const sizes = MODELS.map(sizeOf)
  if (values.json === true) {
    printJson({ models: sizes })
    return
  }
  const rows = sizes.map((size) => [
    size.name,
    countText(size.vocabulary),
    countText(size.dimension),
    `${(size.parameters / 1e6).toFixed(1)}M`,
    `${bytesText(size.bytes)} ${size.dtype}`,
    `${(size.publishedShare * 100).toFixed(size.publishedShare < 0.01 ? 2 : 1)} %`,
    size.checkpointShare === null ? '–' : `${(size.checkpointShare * 100).toFixed(1)} %`,
  ])
  print(
    table(['model', '|V|', 'd', 'parameters', 'as published', 'published share', 'of the checkpoint'], rows),
  )
}
