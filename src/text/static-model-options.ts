/** How a static model is opened. */
import type { TableOptions } from '../core/options.ts'
import type { SourceOptions } from '../sources/source.ts'
import type { ModelTokenizer } from '../tokenizers/model-tokenizer.ts'

export interface StaticModelOptions extends SourceOptions, Omit<TableOptions, 'tokens' | 'nonFinite'> {
  /** Scale vectors to length 1: unless given, as config.json or modules.json says, and where they say nothing, no. */
  normalize?: boolean | undefined
  /** How texts are split, in place of tokenizer.json. */
  tokenizer?: ModelTokenizer | undefined
}
