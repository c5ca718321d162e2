import type { TableOptions } from '../core/options.ts'
import type { SourceOptions } from '../sources/source.ts'
import type { ModelTokenizer } from '../tokenizers/model-tokenizer.ts'

/** How a static model is opened. */
export interface StaticModelOptions extends SourceOptions, Omit<TableOptions, 'tokens' | 'nonFinite'> {
  /** Scale vectors to length 1. Default: as config.json or modules.json says, else false. */
  normalize?: boolean | undefined
  /** The tokenizer to use in place of tokenizer.json. */
  tokenizer?: ModelTokenizer | undefined
}
