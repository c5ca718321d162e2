/** GPT-2's tokens (`r50k_base`: 50,257 of them), for tables whose rows are GPT-2's. */
import ranks from 'gpt-tokenizer/bpeRanks/r50k_base'
import { encode } from 'gpt-tokenizer/encoding/r50k_base'
import type { TextToken, Vocabulary } from '../core/vocabulary.ts'
import { byteLabel } from './readable-tokens.ts'

const END_OF_TEXT = '<|endoftext|>'

class Gpt2Vocabulary implements Vocabulary {
  private readonly tokens = [
    ...ranks.map((token) => (typeof token === 'string' ? token : byteLabel(token))),
    END_OF_TEXT,
  ]
  private readonly ids = new Map(this.tokens.map((token, id) => [token, id]))
  readonly size = this.tokens.length

  idOf(token: string): number | undefined {
    return this.ids.get(token)
  }

  tokenOf(id: number): string | undefined {
    return this.tokens[id]
  }

  tokenize(text: string): TextToken[] {
    // special tokens in a text are text here, as everywhere but at the end of a document
    return encode(text, { disallowedSpecial: new Set() }).map((id) => ({ text: this.tokens[id] ?? '', id }))
  }
}

let vocabulary: Gpt2Vocabulary | undefined

/**
 * GPT-2's vocabulary, to hand to a table. ` dog` is 3290: most words carry their leading space.
 *
 * @example
 * const table = await EmbeddingTable.from(wte, { dimension: 768, tokens: gpt2Vocabulary() })
 * table.nearest(' king')
 */
export function gpt2Vocabulary(): Vocabulary {
  vocabulary ??= new Gpt2Vocabulary()
  return vocabulary
}
