import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { readConfig } from './config.ts'
import { openInstallation } from './installation.ts'
import { defineJob, enqueue, runDueJobs, runJobs } from './jobs.ts'
import { openTestWorkspace, type TestWorkspace } from './testing/workspace.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

test('a job whose end cannot be written down ends no process, and is taken again when its lease is over', async () => {
  const ctx = await workspace.newTenant()
  const worker = await openInstallation(readConfig(workspace.env), 'worker')
  const end = new AbortController()
  const tries: number[] = []
  const cutOff = defineJob({
    name: 'test.cut_off',
    payload: z.object({}),
    run: async (_ctx, _payload, { fence }) => {
      tries.push(fence)
      if (fence > 1) return
      await worker.databases.close()
      setTimeout(() => end.abort(), 300)
    },
  })
  const id = await enqueue(ctx, cutOff, {})
  // A rejection that nobody handles would fail this file.
  await runJobs(worker, [cutOff], 'worker', end.signal)
  await worker.clickhouse.close()
  const state = async () => {
    const { state } = await ctx.db.selectFrom('jobs').select('state').where('id', '=', id).executeTakeFirstOrThrow()
    return state
  }
  expect([tries, await state(), await runDueJobs(workspace, [cutOff])]).toEqual([[1], 'running', 0])
  await ctx.db
    .updateTable('jobs')
    .set({ leaseUntil: new Date(Date.now() - 1000) })
    .where('id', '=', id)
    .execute()
  expect([await runDueJobs(workspace, [cutOff]), tries, await state()]).toEqual([1, [1, 2], 'done'])
})
