/** What a command of `rowspace` is: its grammar, its help, and a question that gives an answer to print. */
import type { Arguments } from './arguments.ts'

export interface Option {
  /** What stands for its value in help ('N', 'cosine|dot'); without it the option is a flag. */
  value?: string
  /** One letter, for `-k`. */
  short?: string
  help: string
}

/** Printed as text for people, or as one JSON document for scripts. */
export interface Answer {
  text(): string
  document: unknown
}

export interface Command {
  name: string
  /** One line for the list of commands. */
  summary: string
  /** The positional arguments as help writes them: '<table>', and '<text…>' for one or more. */
  operands: readonly string[]
  options: Readonly<Record<string, Option>>
  /** More about it, a line each. */
  notes?: readonly string[]
  examples: readonly string[]
  run(args: Arguments): Promise<Answer>
}
