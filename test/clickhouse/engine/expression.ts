/** Expressions in ClickHouse's SQL, as far as rowspace writes them, evaluated on one row at a time. */

export type Value = number | string | null | readonly Value[] | Lambda
type Lambda = (...values: Value[]) => Value
/** Columns of a row, and the names that expressions give with AS. */
export type Names = Map<string, Value>
export type Evaluate = (names: Names) => Value

const QUOTED = /`(?:\\.|[^`\\])*`|'(?:\\.|[^'\\])*'/.source
const SIGN = /->|<=|>=|!=|[-+*/<>=(),[\]]/.source
const NUMBER = /-?inf\b|\d+\.?\d*(?:e[+-]?\d+)?/.source
const WORD = /[A-Za-z_]\w*(?:\.\w+)?/.source
const TOKEN = new RegExp(`\\s*(?:${QUOTED}|${SIGN}|${NUMBER}|${WORD})`, 'y')

/** The text between quotes, without escapes. */
export function unquote(text: string): string {
  const signs: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', 0: '\0' }
  return text.slice(1, -1).replace(/\\(.)/gs, (_, sign: string) => signs[sign] ?? sign)
}

function tokenize(text: string): string[] {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) {
      if (text.slice(at).trim() === '') break
      throw new Error(`Code: 62. Syntax error at ${text.slice(at, at + 60)}`)
    }
    tokens.push(match[0].trim())
  }
  return tokens
}

/** How tightly operators bind, loosest first. */
const LEVELS: readonly (readonly string[])[] = [
  ['OR'],
  ['AND'],
  ['=', '!=', '<', '<=', '>', '>=', 'IN'],
  ['+', '-'],
  ['*', '/'],
]

/** A list of expressions, each perhaps with a name: 'count() AS n, id'. */
export function parseList(text: string): { name: string; evaluate: Evaluate }[] {
  return new Parser(tokenize(text)).list()
}

export function parseExpression(text: string): Evaluate {
  const [only, ...others] = parseList(text)
  if (only === undefined || others.length > 0) throw new Error(`Code: 62. Not one expression: ${text}`)
  return only.evaluate
}

class Parser {
  private at = 0

  constructor(private readonly tokens: readonly string[]) {}

  list(): { name: string; evaluate: Evaluate }[] {
    const found = []
    do {
      const start = this.at
      const evaluate = this.named()
      const written = this.tokens.slice(start, this.at)
      const named = written.at(-2) === 'AS' ? written.at(-1) : written.join('')
      found.push({ name: named ?? '', evaluate })
    } while (this.take(','))
    if (this.at < this.tokens.length) throw new Error(`Code: 62. Unexpected ${this.tokens[this.at]}`)
    return found
  }

  private take(token: string): boolean {
    if (this.tokens[this.at] !== token) return false
    this.at++
    return true
  }

  private expect(token: string): void {
    if (!this.take(token)) throw new Error(`Code: 62. Expected ${token}, got ${this.tokens[this.at]}`)
  }

  /** An expression, perhaps with AS. */
  private named(): Evaluate {
    const evaluate = this.binary(0)
    if (!this.take('AS')) return evaluate
    const name = this.tokens[this.at++] ?? ''
    return (names) => {
      const value = evaluate(names)
      names.set(name, value)
      return value
    }
  }

  private binary(level: number): Evaluate {
    const operators = LEVELS[level]
    if (operators === undefined) return this.unary()
    let left = this.binary(level + 1)
    for (let operator = this.tokens[this.at]; operator !== undefined; operator = this.tokens[this.at]) {
      if (!operators.includes(operator)) break
      this.at++
      const [first, second, compute] = [left, this.binary(level + 1), OPERATORS[operator]]
      left = (names) => compute?.(first(names), second(names)) ?? null
    }
    return left
  }

  private unary(): Evaluate {
    if (this.take('NOT')) {
      const operand = this.unary()
      return (names) => Number(operand(names) === 0)
    }
    if (this.take('-')) {
      const operand = this.unary()
      return (names) => -Number(operand(names))
    }
    return this.primary()
  }

  private primary(): Evaluate {
    if (this.take('[')) return this.sequence(']')
    const lambda = this.lambda()
    if (lambda !== undefined) return lambda
    if (this.take('(')) {
      const inner = this.sequence(')')
      // what stands alone in parentheses is no list
      return (names) => {
        const values = inner(names) as readonly Value[]
        return values.length === 1 ? (values[0] ?? null) : values
      }
    }
    const token = this.tokens[this.at++] ?? ''
    if (token.startsWith("'")) return () => unquote(token)
    if (token === 'inf') return () => Number.POSITIVE_INFINITY
    if (/^\d/.test(token)) return () => Number(token)
    if (this.take('(')) return this.call(token)
    const name = token.startsWith('`') ? unquote(token) : token
    return (names) => {
      const value = names.get(name)
      if (value === undefined) throw new Error(`Code: 47. Missing columns: ${name}`)
      return value
    }
  }

  private sequence(end: string): Evaluate {
    const members: Evaluate[] = []
    while (!this.take(end)) {
      members.push(this.named())
      if (!this.take(',')) {
        this.expect(end)
        break
      }
    }
    return (names) => members.map((member) => member(names))
  }

  /** x -> …, (x, y) -> … */
  private lambda(): Evaluate | undefined {
    const rest = this.tokens.slice(this.at, this.at + 6).join(' ')
    const head = /^(?:(\w+)|\( (\w+) , (\w+) \)) ->/.exec(rest)
    if (head === null) return undefined
    const parameters = head.slice(1).filter((name) => name !== undefined)
    this.at += head[0].split(' ').length
    const body = this.binary(0)
    return (names) =>
      (...values) => {
        const inner = new Map(names)
        for (const [place, parameter] of parameters.entries()) inner.set(parameter, values[place] ?? null)
        return body(inner)
      }
  }

  private call(name: string): Evaluate {
    const given = this.sequence(')')
    const compute = FUNCTIONS[name]
    if (compute === undefined) throw new Error(`Code: 46. Unknown function ${name}`)
    return (names) => compute(...(given(names) as Value[]))
  }
}

type Compute = (...values: Value[]) => Value

/** null with anything is null. */
const strict =
  (compute: (a: number, b: number) => number | boolean): Compute =>
  (a, b) =>
    a === null || b === null ? null : Number(compute(a as number, b as number))

const OPERATORS: Readonly<Record<string, Compute>> = {
  OR: (a, b) => Number(a === 1 || b === 1),
  AND: (a, b) => Number(a === 1 && b === 1),
  '=': strict((a, b) => a === b),
  '!=': strict((a, b) => a !== b),
  '<': strict((a, b) => a < b),
  '<=': strict((a, b) => a <= b),
  '>': strict((a, b) => a > b),
  '>=': strict((a, b) => a >= b),
  '+': strict((a, b) => a + b),
  '-': strict((a, b) => a - b),
  '*': strict((a, b) => a * b),
  '/': strict((a, b) => a / b),
  IN: (a, list) => Number(Array.isArray(list) ? list.includes(a) : a === list),
}

const numbers = (value: Value | undefined) => value as readonly number[]

const FUNCTIONS: Readonly<Record<string, Compute>> = {
  if: (condition, then = null, otherwise = null) => (condition === 1 ? then : otherwise),
  ifNull: (value, otherwise = null) => value ?? otherwise,
  isNull: (value) => Number(value === null),
  isNotNull: (value) => Number(value !== null),
  isFinite: (value) => Number(Number.isFinite(value)),
  greatest: (a, b) => Math.max(Number(a), Number(b)),
  intDiv: (a, b) => Math.floor(Number(a) / Number(b)),
  toFloat64: (value) => value ?? null,
  toUInt8: (value) => value ?? null,
  toUInt32: (value) => value ?? null,
  toUInt64: (value) => value ?? null,
  CAST: (value, type) =>
    type === 'Array(Float32)' ? Array.from(numbers(value), Math.fround) : (value ?? null),
  arrayMap: (each, ...lists) =>
    numbers(lists[0]).map((_, place) =>
      (each as Lambda)(...lists.map((list) => numbers(list)[place] ?? null)),
    ),
  arraySum: (list) => numbers(list).reduce((sum, value) => sum + value, 0),
  arrayReduce: (_, list) => Math.max(...numbers(list)),
  dotProduct: (a, b) =>
    numbers(a).reduce(
      (sum, value, place) => Math.fround(sum + Math.fround(value * Number(numbers(b)[place]))),
      0,
    ),
}
