/** The door to models by name: open a file of the hub, see and clear what is kept of them. */

export type { ByteSource, HubOptions, SourceOptions } from '../sources/source.ts'
export type { KeptEntry } from './cache.ts'
export { clearCache, listCache } from './keeping.ts'
export { type HubName, parseHubName } from './name.ts'
export { hubSource } from './source.ts'
