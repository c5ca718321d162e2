/**
 * Which key of a list repeats an earlier one. A file's keys must differ. Finding out takes a third of the
 * time of building a Map of them, which an app may never need.
 */

type Key = string | number

/** Steps per key over slots that are taken, on average, before the hashes count as made to collide. */
const MAX_STEPS = 8

/** The place of the first key that equals an earlier one, or −1. */
export function findRepeated(keys: readonly Key[]): number {
  // a power of two, at least twice the number of keys: open addressing then takes few steps
  const mask = 2 ** Math.ceil(Math.log2(2 * keys.length + 2)) - 1
  /** A key's place + 1 at the slot of its hash or after it; 0 is free. */
  const slots = new Uint32Array(mask + 1)
  const hashes = new Int32Array(keys.length)
  let steps = 0
  for (let place = 0; place < keys.length; place++) {
    const key = keys[place] ?? ''
    const hash = hashOf(key)
    let slot = hash & mask
    for (let taken = slots[slot] ?? 0; taken > 0; taken = slots[slot] ?? 0) {
      if (hashes[taken - 1] === hash && keys[taken - 1] === key) return place
      slot = (slot + 1) & mask
      steps++
    }
    if (steps > MAX_STEPS * keys.length) return findRepeatedBySet(keys)
    slots[slot] = place + 1
    hashes[place] = hash
  }
  return -1
}

/** Slower, but no file can make it slow: an engine's hashes have a secret seed. */
function findRepeatedBySet(keys: readonly Key[]): number {
  const seen = new Set<Key>()
  return keys.findIndex((key) => seen.size === seen.add(key).size)
}

/** FNV-1a over the letters, and over a number's two halves, with the last steps of MurmurHash3. */
export function hashOf(key: Key): number {
  let hash = 0x811c9dc5 | 0
  if (typeof key === 'number') {
    hash = Math.imul(hash ^ key, 0x01000193) ^ Math.floor(key / 2 ** 32)
  } else {
    for (let at = 0; at < key.length; at++) hash = Math.imul(hash ^ key.charCodeAt(at), 0x01000193)
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
