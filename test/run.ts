// `npm test`: types, lint and every test that needs nothing outside the clone.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { runVitest } from './vitest-run.ts'

const root = join(import.meta.dirname, '..')
const checks = [
  ['types', 'node_modules/typescript/bin/tsc', '--noEmit'],
  ['lint', 'node_modules/@biomejs/biome/bin/biome', 'check', '--error-on-warnings', '.'],
  ['dead code', 'node_modules/knip/bin/knip.js'],
] as const

if (process.argv.length === 2)
  for (const [name, file, ...args] of checks) {
    process.stdout.write(`${name} …\n`)
    const { status } = spawnSync(process.execPath, [join(root, file), ...args], { cwd: root, stdio: 'inherit' })
    if (status !== 0) {
      process.stdout.write(`${name} failed\n0 passed, 1 failed\n`)
      process.exit(1)
    }
  }
runVitest(process.argv.slice(2))
