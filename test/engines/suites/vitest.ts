/**
 * What the core suites take from vitest, on vitest's own parts that need no server: so that the suites run in
 * any engine, from one bundle.
 */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  chai,
  GLOBAL_EXPECT,
  getState,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from '@vitest/expect'
import { fn, restoreAllMocks, spyOn } from '@vitest/spy'

export {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  it,
  onTestFinished,
  test,
} from '@vitest/runner'

chai.use(JestExtend)
chai.use(JestChaiExpect)
chai.use(JestAsymmetricMatchers)

const expectAny = (value: unknown, message?: string) => chai.expect(value, message)
const matchers: Record<symbol, object | undefined> = globalThis as never
export const expect = Object.assign(expectAny, chai.expect, matchers[ASYMMETRIC_MATCHERS_OBJECT])
Object.defineProperty(globalThis, GLOBAL_EXPECT, { value: expect, configurable: true, writable: true })
setState({ ...getState(expect as never) }, expect as never)

/** Nothing is provided: there is no server. */
export const inject = () => undefined

const stubbed = new Map<string, PropertyDescriptor | undefined>()

export const vi = {
  fn,
  spyOn,
  restoreAllMocks,

  stubGlobal(name: string, value: unknown): void {
    if (!stubbed.has(name)) stubbed.set(name, Object.getOwnPropertyDescriptor(globalThis, name))
    Object.defineProperty(globalThis, name, { value, configurable: true, enumerable: true, writable: true })
  },

  unstubAllGlobals(): void {
    for (const [name, before] of stubbed) {
      if (before === undefined) Reflect.deleteProperty(globalThis, name)
      else Object.defineProperty(globalThis, name, before)
    }
    stubbed.clear()
  },

  /** Tries until `callback` no longer throws. */
  async waitFor<Value>(
    callback: () => Value,
    { timeout = 1000, interval = 50 } = {},
  ): Promise<Awaited<Value>> {
    const end = Date.now() + timeout
    for (;;) {
      try {
        return await callback()
      } catch (error) {
        if (Date.now() > end) throw error
        await new Promise((resolve) => setTimeout(resolve, interval))
      }
    }
  },
}
