/**
 * A bounded heap of the best k rows, worst at the root.
 *
 * A row and its score make one 64-bit key: the score's bits, turned so that unsigned order is numeric order, above
 * the complement of the id. A larger key is a better row: higher score first, then the smaller id. So ties
 * need no code of their own, and the answer does not depend on the order in which rows are offered.
 *
 *   key = ordered(score) << 32 | ~id          8 bytes each, k of them, in a flat array
 */

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
export function siftDown(heap: usize, count: u32, slot: u32, key: u64): void {
  while (true) {
    let child = slot * 2 + 1
    if (child >= count) break
    let childKey = load<u64>(heap + (child << 3))
    if (child + 1 < count) {
      const right = load<u64>(heap + ((child + 1) << 3))
      if (right < childKey) {
        childKey = right
        child++
      }
    }
    if (key <= childKey) break
    store<u64>(heap + (slot << 3), childKey)
    slot = child
  }
  store<u64>(heap + (slot << 3), key)
}

function siftUp(heap: usize, slot: u32, key: u64): void {
  while (slot > 0) {
    const parent = (slot - 1) >> 1
    const parentKey = load<u64>(heap + (parent << 3))
    if (parentKey <= key) break
    store<u64>(heap + (slot << 3), parentKey)
    slot = parent
  }
  store<u64>(heap + (slot << 3), key)
}

/** Offers a key to a heap of at most k; returns the new count. */
export function offer(heap: usize, count: u32, k: u32, key: u64): u32 {
  if (count < k) {
    siftUp(heap, count, key)
    return count + 1
  }
  if (key > load<u64>(heap)) siftDown(heap, count, 0, key)
  return count
}

/** Sorts the heap in place, best first, and writes its ids to `ids`. */
export function sortedIds(heap: usize, count: u32, ids: usize): void {
  for (let end = count; end > 1; end--) {
    const last = heap + ((end - 1) << 3)
    const key = load<u64>(last)
    store<u64>(last, load<u64>(heap))
    siftDown(heap, end - 1, 0, key)
  }
  for (let i: u32 = 0; i < count; i++) store<u32>(ids + (i << 2), idOf(load<u64>(heap + (i << 3))))
}
