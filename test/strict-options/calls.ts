/**
 * Every public parameter that takes options, and how to call what takes them. complete.node.test.ts finds
 * them in the types of the public doors, so one that is missing here fails there; rejections.test.ts hands each
 * a key that does not exist.
 */
import * as bulk from './rooms/bulk.ts'
import * as cluster from './rooms/clickhouse.ts'
import * as collection from './rooms/collection.ts'
import * as formats from './rooms/formats.ts'
import * as hub from './rooms/hub.ts'
import * as keyedVectors from './rooms/keyed-vectors.ts'
import * as stored from './rooms/stored.ts'
import * as table from './rooms/table.ts'
import * as text from './rooms/text.ts'
import * as transforms from './rooms/transforms.ts'
import type { Calls } from './types.ts'

const ROOMS = [table, formats, hub, bulk, collection, cluster, keyedVectors, text, transforms, stored]

export const CALLS: Calls = Object.assign({}, ...ROOMS.map(({ calls }) => calls))
export const PENDING: readonly string[] = ROOMS.flatMap(({ pending }) => pending)
