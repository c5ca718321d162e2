/**
 * Two plugins for Stryker. The checker `chosen` lets through the mutants that MUTANTS_CHOSEN names, so that a
 * room is tried by a sample. The reporter `collected` keeps each result when it comes, so that a run may end
 * early.
 */
import { readFileSync } from 'node:fs'
import { CheckStatus } from '@stryker-mutator/api/check'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { keyOf } from './sample.mjs'

class ChosenChecker {
  async init() {
    const { root, keys } = JSON.parse(readFileSync(process.env.MUTANTS_CHOSEN, 'utf8'))
    this.root = root
    this.keys = new Set(keys)
  }

  async check(mutants) {
    return Object.fromEntries(
      mutants.map((mutant) => [
        mutant.id,
        this.keys.has(keyOf(mutant, this.root))
          ? { status: CheckStatus.Passed }
          : { status: CheckStatus.CompileError, reason: 'not in the sample' },
      ]),
    )
  }

  async group(mutants) {
    return [mutants.map(({ id }) => id)]
  }
}

/** The results of the run so far. */
export const collected = []

class CollectingReporter {
  onMutantTested(result) {
    collected.push(result)
  }
}

export const strykerPlugins = [
  declareClassPlugin(PluginKind.Checker, 'chosen', ChosenChecker),
  declareClassPlugin(PluginKind.Reporter, 'collected', CollectingReporter),
]
