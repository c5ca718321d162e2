/** The grammar of a command: its operands and options. */

export interface Option {
  /** How help writes its value ('N', 'cosine|dot'); without it the option is a flag. */
  value?: string
  /** One letter, for `-k`. */
  short?: string
  help: string
}

export interface Grammar {
  /** The positional arguments as help writes them: '<table>', and '<text…>' for one or more. */
  operands: readonly string[]
  options: Readonly<Record<string, Option>>
  name?: string
}
