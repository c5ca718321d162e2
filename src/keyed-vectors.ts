/** The door of `rowspace/keyed-vectors`: gensim's KeyedVectors questions, and evaluation. */

export type { WorkProgress } from './core/in-steps.ts'
export type { Central } from './keyed-vectors/compare.ts'
export { type Correlation, pearson, spearman } from './keyed-vectors/correlation.ts'
export type { ScoredMatch } from './keyed-vectors/cosmul.ts'
export type {
  AnalogyEvaluation,
  AnalogyEvaluationOptions,
  SectionResult,
} from './keyed-vectors/evaluate-analogies.ts'
export type { PairsEvaluation, PairsOptions } from './keyed-vectors/evaluate-pairs.ts'
export {
  type AnalogyQuestion,
  type AnalogySection,
  parseAnalogies,
  parsePairs,
  type WordPair,
} from './keyed-vectors/evaluation-data.ts'
export { KeyedVectors } from './keyed-vectors/keyed-vectors.ts'
export type { MeanOptions } from './keyed-vectors/mean-vector.ts'
export type { TopnOptions } from './keyed-vectors/search-options.ts'
export type { KeyedExpression, Terms, WeightedKey } from './keyed-vectors/terms.ts'
export type { LinearSolver, WordMoversOptions } from './keyed-vectors/word-movers-distance.ts'
