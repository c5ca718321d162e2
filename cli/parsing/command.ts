/** What a command of `rowspace` is: its grammar, its help, and `run`, which gives an answer to print. */
import type { Arguments } from './arguments.ts'
import type { Grammar } from './option.ts'

/** Printed as text for people, or as one JSON document for scripts. */
export interface Answer {
  text(): string
  document: unknown
}

export interface Command extends Grammar {
  name: string
  /** One line for the list of commands. */
  summary: string
  /** More about it, line by line. */
  notes?: readonly string[]
  examples: readonly string[]
  run(args: Arguments): Promise<Answer>
}
