/** The door of `rowspace/keyed-vectors`: gensim's KeyedVectors questions, and evaluation. */

export type { WorkProgress } from '../in-steps.ts'
export { type AnalogyQuestion, type AnalogySection, parseAnalogies } from './analogy-questions.ts'
export type { Central } from './compare.ts'
export { type Correlation, pearson, spearman } from './correlation.ts'
export type { ScoredMatch } from './cosmul.ts'
export type { AnalogyEvaluation, AnalogyEvaluationOptions, SectionResult } from './evaluate-analogies.ts'
export { type PairsEvaluation, type PairsOptions, parsePairs, type WordPair } from './evaluate-pairs.ts'
export { KeyedVectors } from './keyed-vectors.ts'
export type { MeanOptions } from './mean-vector.ts'
export type { KeyedExpression, Terms, WeightedKey } from './terms.ts'
export type { TopnOptions } from './topn.ts'
export type { LinearSolver, WordMoversOptions } from './word-movers-distance.ts'
