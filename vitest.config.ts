import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { shared } from './test/vitest.shared.ts'

/** What walks through the whole house comes first: begun last, one of them would run alone for a minute. */
class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification) => (moduleId.includes('/test/') ? 0 : 1)
    return (await super.sort(files)).toSorted((one, other) => place(one) - place(other))
  }
}

export default defineConfig({
  test: {
    ...shared,
    include: ['src/**/*.test.ts', 'sandbox/**/*.test.ts', 'console/**/*.test.ts', 'test/*.test.ts'],
    testTimeout: 180_000,
    hookTimeout: 120_000,
    // Some of them wait at any time; two cores stay busy with three.
    maxWorkers: 3,
    sequence: { shuffle: false, sequencer: LongFirst },
  },
})
