/** The door of `rowspace/default`: the table that comes with the package. */
export { openDefaultTable } from './open/default-table.ts'
