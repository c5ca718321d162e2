/** What is being done, on one line of a terminal; elsewhere nothing. */
export function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`)
}
