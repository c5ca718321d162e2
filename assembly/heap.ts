/**
 * A bounded heap of the best k rows, worst at the root.
 *
 * A row and its score make one 64-bit key: the score's bits, turned so that unsigned order is numeric order,
 * above the complement of the id. A larger key is a better row: higher score first, then the smaller id. So
 * ties need no code of their own, and the answer does not depend on the order in which rows are offered.
 *
 *   heap      u32 how many keys there are (8 bytes with the pad)
 *   heap + 8  the keys, u64 each: ordered(score) << 32 | ~id
 */

const KEYS: usize = 8
/** The id of no row: its key is below that of every row of the same score. */
const NO_ROW: u32 = 0xffffffff

export function keyOf(score: f32, id: u32): u64 {
  const bits = reinterpret<i32>(score + 0) // −0 + 0 is +0: the two zeros tie
  const ordered = <u32>(bits ^ ((bits >> 31) | <i32>0x80000000))
  return ((<u64>ordered) << 32) | <u64>~id
}

export function idOf(key: u64): u32 {
  return ~(<u32>key)
}

export function scoreOf(key: u64): f32 {
  const ordered = <i32>(<u32>(key >> 32))
  return reinterpret<f32>(ordered ^ ((~ordered >> 31) | <i32>0x80000000))
}

/** Moves `key` down from `slot` until no child is smaller. */
function siftDown(keys: usize, count: u32, slot: u32, key: u64): void {
  while (true) {
    let child = slot * 2 + 1
    if (child >= count) break
    let childKey = load<u64>(keys + (child << 3))
    if (child + 1 < count) {
      const right = load<u64>(keys + ((child + 1) << 3))
      if (right < childKey) {
        childKey = right
        child++
      }
    }
    if (key <= childKey) break
    store<u64>(keys + (slot << 3), childKey)
    slot = child
  }
  store<u64>(keys + (slot << 3), key)
}

function siftUp(keys: usize, slot: u32, key: u64): void {
  while (slot > 0) {
    const parent = (slot - 1) >> 1
    const parentKey = load<u64>(keys + (parent << 3))
    if (parentKey <= key) break
    store<u64>(keys + (slot << 3), parentKey)
    slot = parent
  }
  store<u64>(keys + (slot << 3), key)
}

/** Empties a heap. */
export function clearHeap(heap: usize): void {
  store<u32>(heap, 0)
}

/**
 * Fills a heap with k keys of no row: rows of that score or a better one take their places, others are ruled
 * out at once.
 */
export function fillHeap(heap: usize, k: u32, minScore: f32): void {
  const key = keyOf(minScore, NO_ROW)
  store<u32>(heap, k)
  for (let i: u32 = 0; i < k; i++) store<u64>(heap + KEYS + (i << 3), key)
}

/** The score a row must reach: that of the k-th best so far, −Infinity until there are k. */
export function heapThreshold(heap: usize, k: u32): f32 {
  return load<u32>(heap) === k ? scoreOf(load<u64>(heap + KEYS)) : f32.NEGATIVE_INFINITY
}

/** Offers a key to a heap of at most k. */
export function offer(heap: usize, k: u32, key: u64): void {
  const count = load<u32>(heap)
  if (count < k) {
    store<u32>(heap, count + 1)
    siftUp(heap + KEYS, count, key)
  } else if (key > load<u64>(heap + KEYS)) {
    siftDown(heap + KEYS, count, 0, key)
  }
}

/** Offers all keys of another heap. */
export function mergeHeap(heap: usize, k: u32, other: usize): void {
  const count = load<u32>(other)
  for (let i: u32 = 0; i < count; i++) offer(heap, k, load<u64>(other + KEYS + (i << 3)))
}

/**
 * Sorts the keys in place, best first, and writes the ids of rows to `ids`. Returns how many. The heap is
 * none after it.
 */
export function sortedIds(heap: usize, ids: usize): u32 {
  const keys = heap + KEYS
  const count = load<u32>(heap)
  for (let end = count; end > 1; end--) {
    const last = keys + ((end - 1) << 3)
    const key = load<u64>(last)
    store<u64>(last, load<u64>(keys))
    siftDown(keys, end - 1, 0, key)
  }
  let found: u32 = 0
  for (; found < count; found++) {
    const id = idOf(load<u64>(keys + (found << 3)))
    if (id === NO_ROW) break
    store<u32>(ids + (found << 2), id)
  }
  return found
}
