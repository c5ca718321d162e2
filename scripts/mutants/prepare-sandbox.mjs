/** Runs in Stryker's copy of the project: links node_modules, which lies some folders up. */
import { existsSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'

let above = dirname(process.cwd())
while (!existsSync(join(above, 'node_modules'))) above = dirname(above)
if (!existsSync('node_modules')) symlinkSync(join(above, 'node_modules'), 'node_modules', 'junction')
