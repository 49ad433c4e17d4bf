// `npm run acceptance`: tests against the real data and samples beside the clone.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runVitest } from '../vitest-run.ts'

const shared = join(import.meta.dirname, '../../../shared')
if (!existsSync(join(shared, 'data'))) {
  process.stdout.write('../shared is not there: the acceptance run is skipped.\n0 passed, 0 failed\n')
  process.exit(0)
}
runVitest(['--config', 'test/acceptance/vitest.config.ts', ...process.argv.slice(2)])
