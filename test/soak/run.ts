// `npm run soak`: the long versions of fault storms and random worlds, and those pages in a browser that the suite has no time for
// (`npm run soak -- console`). `npm run soak -- properties` runs every property test of the suite on ten times as many worlds as a
// full run has.
import { runVitest } from '../vitest-run.ts'

const args = process.argv.slice(2)
const seed = process.env.SEED ?? String(Math.floor(Math.random() * 2 ** 31))
const anHour = String(60 * 60_000)
if (args[0] === 'properties')
  runVitest(['--testTimeout', anHour, 'src', ...args.slice(1)], { seed, env: { RUNS: process.env.RUNS ?? '10' } })
runVitest(['--config', 'test/soak/vitest.config.ts', ...args], { seed })
