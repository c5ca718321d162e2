/** The lookup x_i = E[t_i]: writes the rows of `count` ids, one after the other, as float32 to `target`. */
import { widenTo } from './elements'
import { Table } from './records'

export function gather(table: Table, ids: usize, count: u32, target: usize): void {
  const bytes = table.dimension << 2
  for (let i: u32 = 0; i < count; i++) {
    widenTo(table, load<u32>(ids + (i << 2)), target)
    target += bytes
  }
}
