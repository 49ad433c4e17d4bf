import { defineConfig } from 'vitest/config'
import { shared } from './test/vitest.shared.ts'

export default defineConfig({
  test: {
    ...shared,
    include: ['src/**/*.test.ts', 'sandbox/**/*.test.ts', 'console/**/*.test.ts', 'test/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // Some of them wait at any time; two cores stay busy with three.
    maxWorkers: 3,
    sequence: { shuffle: false },
  },
})
