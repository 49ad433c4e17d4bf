import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** Runs vitest and ends with `N passed, N failed` alone on a line. */
export function runVitest(args: string[], { seed = process.env.SEED ?? '1', env = {} as Record<string, string> } = {}): never {
  process.stdout.write(`Random worlds of seed ${seed}; SEED=${seed} makes the same again.\n`)
  const folder = mkdtempSync(join(tmpdir(), 'liuliang-results-'))
  const outputFile = join(folder, 'results.json')
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${outputFile}`,
      ...args,
    ],
    { cwd: root, stdio: 'inherit', env: { ...process.env, ...env, SEED: seed } },
  )
  const { numPassedTests = 0, numFailedTests = 1, numPendingTests = 0 } = readResults(outputFile)
  rmSync(folder, { recursive: true, force: true })
  // A file that could not even be loaded has no failed test of its own.
  const failed = status === 0 ? numFailedTests : Math.max(1, numFailedTests)
  process.stdout.write(`${numPassedTests} passed, ${failed} failed${numPendingTests > 0 ? `, ${numPendingTests} skipped` : ''}\n`)
  process.exit(status ?? 1)
}

function readResults(file: string): { numPassedTests?: number; numFailedTests?: number; numPendingTests?: number } {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return {}
  }
}
