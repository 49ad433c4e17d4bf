import { z } from 'zod'
import { wecomApp } from '#management/wecom/app.ts'
import { Saved } from '#management/wecom/sync-state.ts'
import { waitingToTell } from '#management/wecom/telling.ts'
import { prepareFiles } from '#operation/contents/media.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { defineJob, enqueue, type Schedule } from '#platform/jobs.ts'
import { syncAcquisitionLinks } from './comparison.ts'
import { greetingsOf } from './greeting.ts'
import { pushLink, removeFromWecom, tellable } from './sync.ts'

/** Tells WeCom what a link is to be. */
export const syncLink = defineJob({
  name: 'acquisition_links.sync',
  payload: z.object({ link: z.int() }),
  run: (ctx, { link }) => pushLink(ctx, link),
})

export const removeLink = defineJob({
  name: 'acquisition_links.remove',
  payload: z.object({ link: z.int() }),
  maxAttempts: 12,
  run: (ctx, { link }) => removeFromWecom(ctx, link),
})

/** Brings the files of a link's greetings to WeCom ahead of the first friend. */
export const prepareLink = defineJob({
  name: 'acquisition_links.prepare',
  payload: z.object({ link: z.int() }),
  async run(ctx, { link }) {
    const found = await greetingsOf(ctx, link)
    for (const welcome of found?.welcomes ?? []) await prepareFiles(ctx, found?.corp ?? 0, welcome.attachments)
  },
})

/** The links of a corp, their customers and the quota, as the nightly comparison reads them. */
export const readLinks = defineJob({
  name: 'acquisition_links.read',
  payload: z.object({ corp: z.int() }),
  async run(ctx, { corp }, task) {
    const saved = { ...Saved.parse(task.saved), step: 'acquisition_links', done: 0 }
    await syncAcquisitionLinks({ ctx, corp, app: await wecomApp(ctx, corp), task, saved, askedTags: new Set() })
    return { links: saved.total, repaired: saved.repaired }
  },
})

const togetherMs = 5_000

/** Soon after something that only WeCom's lists tell. What is asked for in the same few seconds is read together, none by a reading that began before. */
export function readSoon(ctx: Context, corp: number): Promise<number> {
  const moment = (Math.floor(ctx.now().getTime() / togetherMs) + 1) * togetherMs
  return enqueue(ctx, readLinks, { corp }, { key: `corp ${corp} ${moment}`, runAt: new Date(moment) })
}

/** At once. Who asks again in the same second is answered by the same reading; one that runs already knows nothing of the change they mean. */
export const readNow = (ctx: Context, corp: number): Promise<number> =>
  enqueue(ctx, readLinks, { corp }, { key: `corp ${corp} at ${Math.floor(ctx.now().getTime() / 1000)}` })

/** Links that WeCom has not been told of yet. */
async function tellWaiting(installation: Installation): Promise<void> {
  for (const { tenantId, id } of await waitingToTell(installation, tellable))
    await enqueue(createContext(installation, tenantId, systemActor, `link-${id}`), syncLink, { link: id }, { key: `link-${id}` })
}

type Due = { tenant_id: number; id: number }

/** Media ids end after three days; whatever is greeted with is kept alive. */
async function keepFiles(installation: Installation): Promise<void> {
  const { rows } = await installation.databases.systemPool.query<Due>(
    'select tenant_id, id from acquisition_links where deleted_at is null and gone_at is null order by tenant_id, id',
  )
  for (const { tenant_id, id } of rows)
    await enqueue(createContext(installation, tenant_id, systemActor, `files-${id}`), prepareLink, { link: id }, { key: `link-${id}` })
}

/** Who wrote, who came through a bare address and how much quota is left: what WeCom tells only when asked. Corps without a link are left to the night. */
async function readAll(installation: Installation): Promise<void> {
  const { rows } = await installation.databases.systemPool.query<{ tenant_id: number; corp: number }>(
    `select l.tenant_id, l.corp from acquisition_links l join wecom_corps w on w.tenant_id = l.tenant_id and w.id = l.corp and w.state = 'active'
     where l.deleted_at is null and l.gone_at is null group by l.tenant_id, l.corp`,
  )
  for (const { tenant_id, corp } of rows) await readNow(createContext(installation, tenant_id, systemActor, `links-${corp}`), corp)
}

export const acquisitionLinkJobs = [syncLink, removeLink, prepareLink, readLinks]

export const acquisitionLinkSchedules: Schedule[] = [
  { name: 'acquisition_links.waiting', everySeconds: 10, run: tellWaiting },
  { name: 'acquisition_links.read', everySeconds: 3600, run: readAll },
  { name: 'acquisition_links.files', everySeconds: 6 * 3600, run: keepFiles },
]
