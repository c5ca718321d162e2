import { embed, sifWeights } from 'rowspace/text'

/** A vector for each text: the mean of its words' vectors, rare words first. The page embeds queries alike. */
export function embedTexts(words, texts) {
  return embed(words, texts, { weights: sifWeights(words.size), normalize: true })
}
