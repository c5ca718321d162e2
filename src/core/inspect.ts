/** The method that Node's, Bun's and Deno's console.log call for what to print in a value's place. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom')
