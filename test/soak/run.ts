// `npm run soak`: the long versions of fault storms and random worlds.
import { runVitest } from '../vitest-run.ts'

runVitest(['--config', 'test/soak/vitest.config.ts', ...process.argv.slice(2)])
