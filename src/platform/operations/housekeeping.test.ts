import { expect, test } from 'vitest'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { housekeeping } from './housekeeping.ts'

test('a table that grew is planned for at its new size, and not looked at again until it grows', async () => {
  const workspace = await openTestWorkspace()
  const { systemPool } = workspace.databases
  const known = async () =>
    (await systemPool.query("select reltuples::int as rows from pg_class where oid = 'event_ids'::regclass")).rows[0].rows
  await systemPool.query(
    'insert into event_ids (tenant_id, id, received_on) select 1, gen_random_uuid(), current_date from generate_series(1, 20000)',
  )
  const before = await known()
  await housekeeping.find(({ name }) => name === 'statistics.refresh')?.run(workspace)
  expect([before, await known()]).toEqual([-1, 20_000])
  const again = await systemPool.query('select refresh_statistics() as refreshed')
  expect(again.rows[0].refreshed).toBe(0)
})
