/** The lookup x_i = E[t_i]: copies the rows of `count` ids, one after the other, to `target`. */
export function gather(rows: usize, dimension: u32, ids: usize, count: u32, target: usize): void {
  const stride = dimension << 2
  for (let i: u32 = 0; i < count; i++) {
    memory.copy(target, rows + load<u32>(ids + (i << 2)) * stride, stride)
    target += stride
  }
}
