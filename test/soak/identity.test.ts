import { expect, test } from 'vitest'
import { seededRandom } from '#platform/random.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { identitySoak } from './identity.ts'

test('a hundred thousand random merges and undos on the database equal the list of merges that stand', async () => {
  const workspace = await openTestWorkspace()
  const seed = process.env.SEED ?? String(Date.now())
  console.log(`seed ${seed}`)
  const counts = await identitySoak(await workspace.newTenant(), {
    operations: 100_000,
    originals: 2000,
    random: seededRandom(seed),
    checkEvery: 500,
  })
  expect(counts.merges + counts.undos).toBe(100_000)
}, 7_200_000)
