import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'sandbox/**/*.test.ts', 'console/**/*.test.ts', 'test/*.test.ts'],
    globalSetup: ['src/platform/testing/engines.ts'],
    setupFiles: ['src/platform/testing/seed.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    pool: 'forks',
    // Some of them wait at any time; two cores stay busy with three.
    maxWorkers: 3,
    sequence: { shuffle: false },
  },
})
