import { expect, test } from 'vitest'
import { ingestStorm, stormSeed } from '../support/ingest-storm.ts'
import { openServedWorkspace } from '../support/served-workspace.ts'

test('200 kills at random points during ingest: 0 lost, 0 doubled', { timeout: 1_800_000 }, async () => {
  const workspace = await openServedWorkspace()
  try {
    const result = await ingestStorm(workspace, { kills: 200, senders: 16, seed: stormSeed() })
    process.stdout.write(`${JSON.stringify(result)}\n`)
    expect(result).toMatchObject({ stored: result.acknowledged, distinct: result.acknowledged })
  } finally {
    await workspace.close()
  }
})
