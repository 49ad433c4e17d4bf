import type { TestUserConfig } from 'vitest/config'

/** What every run of tests has: real engines, seeded chance, and patience with a busy machine. */
export const shared = {
  globalSetup: ['src/platform/testing/engines.ts'],
  setupFiles: ['src/platform/testing/seed.ts'],
  pool: 'forks',
  // Vitest gives up after a second, which says nothing on two cores that carry three companies.
  expect: { poll: { timeout: 60_000 } },
} satisfies TestUserConfig
