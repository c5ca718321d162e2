/** The door of `rowspace/transforms`: tables whose rows were centred, turned, cut short or whitened. */
export { allButTheTop, meanRemoval, principalComponents, whitening } from './transforms/fit.ts'
export { Transform } from './transforms/transform.ts'
