import { z } from 'zod'
import { prepareFiles } from '#operation/contents/media.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { defineJob, enqueue, type Schedule } from '#platform/jobs.ts'
import { greetingsOf } from './greeting.ts'
import { setRemark } from './remark.ts'
import { refreshRoster } from './roster.ts'
import { pushCode, removeFromWecom, tellable } from './sync.ts'

/** Tells WeCom whom a code offers. */
export const syncLiveCode = defineJob({
  name: 'live_codes.sync',
  payload: z.object({ code: z.int() }),
  run: (ctx, { code }) => pushCode(ctx, code),
})

export const removeLiveCode = defineJob({
  name: 'live_codes.remove',
  payload: z.object({ code: z.int() }),
  maxAttempts: 12,
  run: (ctx, { code }) => removeFromWecom(ctx, code),
})

/** The customer may still have to confirm, which takes as long as it takes; then WeCom refuses and the job comes again. */
export const remarkCustomer = defineJob({
  name: 'live_codes.remark',
  payload: z.object({ code: z.int(), customer: z.int(), employee: z.int(), addedAt: z.iso.datetime() }),
  maxAttempts: 10,
  run: (ctx, { code, customer, employee, addedAt }) => setRemark(ctx, { code, customer, employee, addedAt: new Date(addedAt) }),
})

/** Brings the files of a code's greetings to WeCom ahead of the first friend. */
export const prepareLiveCode = defineJob({
  name: 'live_codes.prepare',
  payload: z.object({ code: z.int() }),
  async run(ctx, { code }) {
    const found = await greetingsOf(ctx, code)
    for (const welcome of found?.welcomes ?? []) await prepareFiles(ctx, found?.corp ?? 0, welcome.attachments)
  },
})

/** The roster anew, and a job that tells WeCom if it is another. */
export const refreshCode = (ctx: Context, code: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if (await refreshRoster(ctx, code)) await enqueue(ctx, syncLiveCode, { code })
  })

const inlineMs = 5_000

/** The same where the asker tells WeCom themself right after the commit: the job only stands by, should they die before. */
export const refreshCodeHere = (ctx: Context, code: number, toTell = false): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    if ((await refreshRoster(ctx, code)) || toTell)
      await enqueue(ctx, syncLiveCode, { code }, { runAt: new Date(ctx.now().getTime() + inlineMs) })
  })

type Due = { tenant_id: number; id: number; changes: boolean }

/** Codes whose slot began or ended, whose caps began anew, or that WeCom has not been told of yet. */
export async function keepRosters(installation: Installation): Promise<number> {
  const now = installation.now()
  const { rows } = await installation.databases.systemPool.query<Due>(
    `select tenant_id, id, coalesce(changes_at <= $1, false) as changes from live_codes
     where deleted_at is null and (changes_at <= $1
       or (synced_version < wanted_version and ${tellable} and (retry_at is null or retry_at <= $1) and (lease_until is null or lease_until < $1)))
     order by tenant_id, id limit 1000`,
    [now],
  )
  for (const { tenant_id, id, changes } of rows) {
    const ctx = createContext(installation, tenant_id, systemActor, `roster-${id}`)
    if (changes) await refreshCode(ctx, id)
    else await enqueue(ctx, syncLiveCode, { code: id }, { key: `code-${id}` })
  }
  return rows.length
}

/** Media ids end after three days; whatever is greeted with is kept alive. */
async function keepFiles(installation: Installation): Promise<void> {
  const { rows } = await installation.databases.systemPool.query<{ tenant_id: number; id: number }>(
    `select distinct on (tenant_id, corp, welcomes) tenant_id, id from (
       select tenant_id, corp, id, coalesce(welcome::text, '') || schedule::text || coalesce(channel_id, 0) as welcomes from live_codes where deleted_at is null) codes
     order by tenant_id, corp, welcomes, id`,
  )
  for (const { tenant_id, id } of rows) {
    const ctx = createContext(installation, tenant_id, systemActor, `files-${id}`)
    await enqueue(ctx, prepareLiveCode, { code: id }, { key: `code-${id}` })
  }
}

export const liveCodeJobs = [syncLiveCode, removeLiveCode, remarkCustomer, prepareLiveCode]

export const liveCodeSchedules: Schedule[] = [
  { name: 'live_codes.rosters', everySeconds: 5, run: async (installation) => void (await keepRosters(installation)) },
  { name: 'live_codes.files', everySeconds: 6 * 3600, run: keepFiles },
]
