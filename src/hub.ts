/** The door to models by name: open a file of the hub, see and clear what is kept of them. */

export type { CachedEntry } from './hub/cache.ts'
export { clearCache, listCache } from './hub/manage-cache.ts'
export { type HubName, parseHubName } from './hub/name.ts'
export { hubSource } from './hub/source.ts'
export type { ByteSource, HubOptions, SourceOptions } from './sources/source.ts'
