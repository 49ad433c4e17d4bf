import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { readCallbackHealth } from './callback-health.ts'
import { readCapabilities } from './capability-words.ts'
import { changeCorp, corpNames, createCorp, deleteCorp, listCorps, readCorp, tryCredentials } from './corps.ts'
import { checkRights, knownFindings, wecomDoctorOf } from './doctor.ts'
import { replayCallback } from './inbox.ts'
import { CallbackHealth, CapabilityPage, LogList, LogQuery, QuotaPage } from './integration-schema.ts'
import { listCallbacks, listCalls, listRepairs, listSyncs, listWelcomes } from './queries.ts'
import { readQuotas } from './quotas.ts'
import { searchLog } from './request-log.ts'
import {
  CallbackList,
  CallbackQuery,
  CallList,
  CallQuery,
  Corp,
  CorpChange,
  CorpList,
  CorpNames,
  Findings,
  NewCorp,
  PageQuery,
  RepairList,
  RepairQuery,
  SyncList,
  SyncStarted,
  WelcomeList,
} from './schema.ts'
import { startSync } from './sync.ts'

/** Corps of WeCom: their credentials, their syncs, and everything needed to find out why something does not arrive. */
export const wecomCorps = router()
  .get('/', allow('wecom.read', 'tenant'), describe('List connected corps', CorpList), async (c) =>
    c.json({ items: await listCorps(c.var.ctx), next: null }),
  )
  .post(
    '/',
    allow('wecom.write', 'tenant'),
    describe('Connect a corp; shows token and EncodingAESKey once', Corp, 201),
    body(NewCorp),
    async (c) => {
      const { ctx } = c.var
      const facts = c.req.valid('json')
      await tryCredentials(ctx, facts)
      const { corp, receiver } = await createCorp(ctx, facts)
      return c.json({ ...(await readCorp(ctx, corp)), receiver }, 201)
    },
  )
  .get('/names', allow('session', 'tenant'), describe('The corps that work, to choose one of them', CorpNames), async (c) =>
    c.json({ items: await corpNames(c.var.ctx), next: null }),
  )
  .get('/:id', allow('wecom.read', 'tenant'), describe('Show a corp', Corp), async (c) =>
    c.json(await readCorp(c.var.ctx, corpOf(c.var.ctx, c.req.param('id')))),
  )
  .patch(
    '/:id',
    allow('wecom.write', 'tenant'),
    describe('Change a corp; a new callback key is shown once', Corp),
    body(CorpChange),
    async (c) => {
      const { ctx } = c.var
      const corp = corpOf(ctx, c.req.param('id'))
      const change = c.req.valid('json')
      const { corpId } = await readCorp(ctx, corp)
      if (change.secret) await tryCredentials(ctx, { corpId, secret: change.secret })
      const { receiver } = await changeCorp(ctx, corp, change)
      return c.json({ ...(await readCorp(ctx, corp)), ...(receiver && { receiver }) })
    },
  )
  .delete(
    '/:id',
    allow('wecom.write', 'tenant'),
    describe('Disconnect a corp; customers, follows and tags stay', undefined, 204),
    async (c) => {
      await deleteCorp(c.var.ctx, corpOf(c.var.ctx, c.req.param('id')))
      return c.body(null, 204)
    },
  )
  .post('/:id/sync', allow('wecom.write', 'tenant'), describe('Compare everything with WeCom now', SyncStarted, 202), async (c) => {
    const { ctx } = c.var
    const corp = await existing(ctx, c.req.param('id'))
    return c.json({ job: publicId(ctx, 'job', await startSync(ctx, corp, 'asked')) }, 202)
  })
  .get('/:id/syncs', allow('wecom.read', 'tenant'), describe('The last comparisons and how far they are', SyncList), async (c) =>
    c.json(await listSyncs(c.var.ctx, await existing(c.var.ctx, c.req.param('id')))),
  )
  .get('/:id/doctor', allow('wecom.read', 'tenant'), describe('What works, what does not, and what to do about it', Findings), async (c) =>
    c.json({ items: await wecomDoctorOf(c.var.ctx, await existing(c.var.ctx, c.req.param('id'))) }),
  )
  .get(
    '/:id/capabilities',
    allow('wecom.read', 'tenant'),
    describe('What WeCom lets the app do, as it said last', CapabilityPage),
    async (c) => c.json(await readCapabilities(c.var.ctx, await existing(c.var.ctx, c.req.param('id')))),
  )
  .post(
    '/:id/capabilities/check',
    allow('wecom.read', 'tenant'),
    describe('Ask WeCom again what the app may do', CapabilityPage),
    async (c) => {
      const { ctx } = c.var
      const corp = await existing(ctx, c.req.param('id'))
      await checkRights(ctx, corp)
      return c.json(await readCapabilities(ctx, corp))
    },
  )
  .get('/:id/quotas', allow('wecom.read', 'tenant'), describe('What is used up of what WeCom allows', QuotaPage), async (c) =>
    c.json(await readQuotas(c.var.ctx, await existing(c.var.ctx, c.req.param('id')))),
  )
  .get(
    '/:id/callback-health',
    allow('wecom.read', 'tenant'),
    describe('How callbacks came in and what became of them', CallbackHealth),
    async (c) => c.json(await readCallbackHealth(c.var.ctx, await existing(c.var.ctx, c.req.param('id')))),
  )
  .get('/:id/log', allow('wecom.read', 'tenant'), describe('Calls and callbacks, searched', LogList), query(LogQuery), async (c) =>
    c.json(await searchLog(c.var.ctx, await existing(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .get(
    '/:id/findings',
    allow('wecom.read', 'tenant'),
    describe('What the doctor said last and what our records say now, without asking WeCom', Findings),
    async (c) => c.json({ items: await knownFindings(c.var.ctx, await existing(c.var.ctx, c.req.param('id'))) }),
  )
  .get('/:id/callbacks', allow('wecom.read', 'tenant'), describe('Callbacks as they came', CallbackList), query(CallbackQuery), async (c) =>
    c.json(await listCallbacks(c.var.ctx, await existing(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .post(
    '/:id/callbacks/:callback/replay',
    allow('wecom.write', 'tenant'),
    describe('Work through a callback again', undefined, 202),
    async (c) => {
      const { ctx } = c.var
      const callback = c.req.param('callback')
      if (!/^\d{1,15}$/.test(callback)) throw notFound('callback')
      await replayCallback(ctx, await existing(ctx, c.req.param('id')), Number(callback))
      return c.body(null, 202)
    },
  )
  .get('/:id/calls', allow('wecom.read', 'tenant'), describe('The last calls of WeCom’s API', CallList), query(CallQuery), async (c) =>
    c.json(await listCalls(c.var.ctx, await existing(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .get(
    '/:id/repairs',
    allow('wecom.read', 'tenant'),
    describe('What comparisons have put right', RepairList),
    query(RepairQuery),
    async (c) => c.json(await listRepairs(c.var.ctx, await existing(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .get(
    '/:id/welcomes',
    allow('wecom.read', 'tenant'),
    describe('Greetings and what became of them', WelcomeList),
    query(PageQuery),
    async (c) => c.json(await listWelcomes(c.var.ctx, await existing(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )

const corpOf = (ctx: Context, id: string): number => internalId(ctx, 'cor', id)

async function existing(ctx: Context, id: string): Promise<number> {
  const corp = corpOf(ctx, id)
  await readCorp(ctx, corp)
  return corp
}
