/** The door to models by name: open a file of the hub, list and clear what is cached of them. */

export { type CachedEntry, clearCache, listCache } from './hub/manage-cache.ts'
export { type HubName, parseHubName } from './hub/name.ts'
export { hubSource } from './hub/source.ts'
export type { ByteSource, HubOptions, SourceOptions } from './sources/source.ts'
