/**
 * Whether the patterns of a tokenizer.json can be run without hanging. They come from a file that anybody may
 * have written, and backtracking takes time exponential in the text for `(a+)+b`, in the pattern for
 * `(a|a)(a|a)…`. Rejected are patterns whose ways to match are not bounded by their form:
 *
 * - a repeated group must have one way to match a text: no repetition, option or alternative in it;
 * - on any way through a pattern at most two repetitions without a bound (published tokenizers have two), so
 *   that from one place a text of n letters is tried in no more than n² · MAX_CHOICES ways;
 * - no reference to what a group matched.
 *
 * Replacements must not blow a text up either: `a` by `aa` thirty times makes a thousand million letters of
 * one.
 */
import { describe } from '../core/values.ts'
import { isObject } from '../formats/json-beside.ts'

const MAX_REPETITIONS = 2
const MAX_CHOICES = 1_000
const MAX_GROWTH = 10_000
const MAX_DEPTH = 50
const MAX_PATTERN = 20_000

/** How many ways there are through a pattern: unbounded repetitions, and the product of other choices. */
interface Ways {
  repetitions: number
  choices: number
}

const ONE: Ways = { repetitions: 0, choices: 1 }

/** What is wrong with the patterns of a tokenizer.json; undefined where nothing is. */
export function unsafePattern(tokenizer: Record<string, unknown>): string | undefined {
  const steps = [tokenizer.normalizer, tokenizer.pre_tokenizer, tokenizer.post_processor, tokenizer.decoder]
  let growth = 1
  // not by recursion: the file may nest as deep as it likes
  for (let step = steps.pop(); step !== undefined || steps.length > 0; step = steps.pop()) {
    if (typeof step === 'object' && step !== null) for (const part of Object.values(step)) steps.push(part)
    if (!isObject(step)) continue
    if (typeof step.Regex === 'string' && !isSafe(step.Regex)) {
      return `the pattern ${describe(step.Regex)} may take for ever`
    }
    if (typeof step.content === 'string' && isObject(step.pattern)) {
      if (/\$[`']/.test(step.content)) return `the replacement ${describe(step.content)} repeats the text`
      // a pattern may match between any two letters; a text that is there does not
      growth *= step.pattern.String ? Math.max(1, step.content.length) : 1 + step.content.length
    }
  }
  return growth > MAX_GROWTH ? `its replacements make a letter ${growth} letters` : undefined
}

/** Whether an Oniguruma pattern has few ways to match. What is not understood is not safe. */
export function isSafe(pattern: string): boolean {
  if (pattern.length > MAX_PATTERN) return false
  try {
    const { repetitions, choices } = new PatternReader(pattern).read()
    return repetitions <= MAX_REPETITIONS && choices <= MAX_CHOICES
  } catch (error) {
    if (error instanceof UnsafeError) return false
    throw error
  }
}

class UnsafeError extends Error {}

const QUANTIFIER = /(?:[*+?]|\{(\d*)(,?)(\d*)\})[?+]?/y
const ESCAPE = /\\(?:[pPxuo]\{[^}]*\}|[^1-9kg])/suy
const GROUP = /\((?:\?(?:[:=!>]|<[=!]|<\w+>|[imsx-]*:))?/y
const FLAGS = /\(\?[imsx-]+\)/y

class PatternReader {
  private at = 0

  constructor(private readonly pattern: string) {}

  /** The next sign; empty at the end. */
  private get next(): string {
    return this.pattern.charAt(this.at)
  }

  read(): Ways {
    const ways = this.alternatives(0)
    if (this.at < this.pattern.length) throw new UnsafeError()
    return ways
  }

  private alternatives(depth: number): Ways {
    if (depth > MAX_DEPTH) throw new UnsafeError()
    let all = this.sequence(depth)
    while (this.take('|')) {
      const next = this.sequence(depth)
      all = {
        repetitions: Math.max(all.repetitions, next.repetitions),
        choices: all.choices + next.choices,
      }
    }
    return all
  }

  private sequence(depth: number): Ways {
    let all = ONE
    while (this.at < this.pattern.length && !'|)'.includes(this.next)) {
      const item = this.quantified(this.item(depth))
      all = {
        repetitions: all.repetitions + item.repetitions,
        choices: all.choices * item.choices,
      }
    }
    return all
  }

  private item(depth: number): Ways {
    if (this.match(FLAGS) || this.match(ESCAPE)) return ONE
    if (this.match(GROUP)) {
      const ways = this.alternatives(depth + 1)
      if (!this.take(')')) throw new UnsafeError()
      return ways
    }
    if (this.next === '[') this.skipClass()
    // a reference, or a repetition of nothing
    else if ('\\*+?{'.includes(this.next)) throw new UnsafeError()
    else this.at++
    return ONE
  }

  /** The ways of an item that may be repeated. `item` rejects a repetition of a repetition. */
  private quantified(item: Ways): Ways {
    const start = this.at
    const found = this.match(QUANTIFIER)
    if (found === undefined) return item
    const sign = this.pattern.charAt(start)
    const [, low = '', comma, high = ''] = found
    const from = sign === '{' ? Number(low) : sign === '+' ? 1 : 0
    const to =
      sign === '?' ? 1 : sign !== '{' || (comma && !high) ? Number.POSITIVE_INFINITY : Number(high || low)
    if (to === 1) return { ...item, choices: item.choices + 1 - from }
    const isPlain = item.repetitions === 0 && item.choices === 1
    if (!isPlain) throw new UnsafeError()
    return to - from > MAX_CHOICES
      ? { repetitions: 1, choices: 1 }
      : { repetitions: 0, choices: 1 + to - from }
  }

  /** `[…]`, classes within classes; a `]` that comes first is a sign. */
  private skipClass(): void {
    let depth = 0
    do {
      const sign = this.next
      if (sign === '') throw new UnsafeError()
      if (sign === '\\') this.at++
      else if (sign === '[') {
        depth++
        if (this.pattern[this.at + 1] === '^') this.at++
        if (this.pattern[this.at + 1] === ']') this.at++
      } else if (sign === ']') depth--
      this.at++
    } while (depth > 0)
  }

  private take(sign: string): boolean {
    if (this.next !== sign) return false
    this.at++
    return true
  }

  private match(form: RegExp): RegExpExecArray | undefined {
    form.lastIndex = this.at
    const found = form.exec(this.pattern)
    if (found === null) return undefined
    this.at = form.lastIndex
    return found
  }
}
