/** A plugin for Stryker that lets through the mutants that MUTANTS_CHOSEN names, so that a room is tried by a sample. */
import { readFileSync } from 'node:fs'
import { CheckStatus } from '@stryker-mutator/api/check'
import { declareClassPlugin, PluginKind } from '@stryker-mutator/api/plugin'
import { keyOf } from './sample.mjs'

export const NOT_CHOSEN = 'not in the sample'

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
          : { status: CheckStatus.CompileError, reason: NOT_CHOSEN },
      ]),
    )
  }

  async group(mutants) {
    return [mutants.map(({ id }) => id)]
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.Checker, 'chosen', ChosenChecker)]
