/** The exports of the core. It knows addresses and lengths; tokens, tables and JavaScript are bindings/' affair. */
export { gather } from './gather';
export { sortHeap } from './heap';
export { heapIds, measure } from './measure';
export { inverseNorm, inverseNorms } from './norm';
export { scan } from './scan';
