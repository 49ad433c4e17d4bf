import { expect, test } from 'vitest'
import { ingestStorm, stormSeed } from './support/ingest-storm.ts'
import { openServedWorkspace } from './support/served-workspace.ts'

test('kill -9 of web, worker, PostgreSQL and ClickHouse during ingest: nothing acknowledged is lost, nothing is doubled', {
  timeout: 180_000,
}, async () => {
  const workspace = await openServedWorkspace()
  try {
    const result = await ingestStorm(workspace, { kills: 8, senders: 6, seed: stormSeed() })
    expect(result.kills).toEqual({ web: 2, worker: 2, postgres: 2, clickhouse: 2 })
    expect(result.acknowledged).toBeGreaterThan(100)
    expect(result).toMatchObject({ stored: result.acknowledged, distinct: result.acknowledged })
  } finally {
    await workspace.close()
  }
})
