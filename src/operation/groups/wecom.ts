import { z } from 'zod'
import { wecomApp } from '#management/wecom/app.ts'
import { momentOf, type Place } from '#management/wecom/handlers.ts'
import type { WecomPart } from '#management/wecom/parts.ts'
import type { Context } from '#platform/context.ts'
import { defineJob, enqueue } from '#platform/jobs.ts'
import { applyNews, type News } from './commands.ts'
import { type Reading, readGroup } from './reading.ts'
import type { MemberChange } from './stays.ts'
import { syncGroups } from './sync.ts'

/** What groups add to the life of a corp. */
export const groupsOfWecom: WecomPart = {
  handlers: {
    'change_external_chat.create': (ctx, event, place) => heard(ctx, event, place),
    'change_external_chat.update': async (ctx, event, place) => heard(ctx, event, place, changeOf(ctx, event)),
    'change_external_chat.dismiss':
      async (_ctx, event, { corp }) =>
      async (ctx) =>
        void (await applyNews(ctx, corp, [{ chatId: event.chatId, gone: momentOf(ctx, event) }])),
  },
  steps: [{ name: 'groups', work: syncGroups }],
}

type Told = { chatId: string; at?: number }

async function heard(ctx: Context, event: Told, { corp }: Place, change?: MemberChange): Promise<(ctx: Context) => Promise<void>> {
  const { chatId } = event
  const reading = change && (await needsNoAnswer(ctx, corp, chatId, change)) ? undefined : await read(ctx, corp, chatId)
  const news = newsOf(chatId, reading, { change, at: momentOf(ctx, event) })
  return async (ctx) => {
    // Outside our visible range: there is nothing to say about it, now or later.
    const { again } = news ? await applyNews(ctx, corp, [news]) : { again: [] }
    if (again.length > 0) await enqueue(ctx, refreshGroup, { corp, chatId }, { runAt: new Date(ctx.now().getTime() + 3_000) })
  }
}

type Update = Told & {
  updateDetail?: string | undefined
  joinScene?: number | undefined
  quitScene?: number | undefined
  memChangeList?: string[] | undefined
  lastMemVer?: string | undefined
  curMemVer?: string | undefined
}

/** doc 92130: invitations of both kinds are 0 here, codes 3; people who leave are 0, people who are removed 1. */
function changeOf(ctx: Context, event: Update): MemberChange | undefined {
  const { updateDetail, joinScene, quitScene, memChangeList = [], lastMemVer, curMemVer } = event
  if (updateDetail !== 'add_member' && updateDetail !== 'del_member') return undefined
  return {
    what: updateDetail === 'add_member' ? 'joined' : 'left',
    at: momentOf(ctx, event),
    members: memChangeList,
    joinScene: joinScene === 3 ? 'code' : null,
    quitScene: quitScene === 0 ? 'left' : quitScene === 1 ? 'removed' : null,
    from: lastMemVer || undefined,
    to: curMemVer || undefined,
  }
}

/** Who left is told wholly by a callback that starts from what is stored here; who came has an inviter and a scene to be asked for. */
async function needsNoAnswer(ctx: Context, corp: number, chatId: string, change: MemberChange): Promise<boolean> {
  if (change.what !== 'left' || !change.from || !change.to) return false
  const row = await ctx.db
    .selectFrom('groups')
    .select('memberVersion')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('chatId', '=', chatId)
    .executeTakeFirst()
  return row?.memberVersion === change.from
}

const read = async (ctx: Context, corp: number, chatId: string): Promise<Reading> =>
  readGroup(await wecomApp(ctx, corp), chatId, { now: ctx.now, requestId: ctx.requestId })

function newsOf(chatId: string, reading: Reading | undefined, facts: Pick<News, 'change' | 'at'>): News | undefined {
  if (reading === 'hidden') return undefined
  if (reading === 'gone') return { chatId, gone: facts.at ?? new Date() }
  return { chatId, ...facts, ...(reading !== undefined && reading !== 'unreadable' && { answer: reading }) }
}

/** Fills in what could not be read when a callback came, or was read before something else changed it. */
export const refreshGroup = defineJob({
  name: 'groups.refresh',
  payload: z.object({ corp: z.int(), chatId: z.string() }),
  maxAttempts: 12,
  async run(ctx, { corp, chatId }) {
    const asking = { now: ctx.now, lane: 'bulk', timeoutMs: 15_000, requestId: ctx.requestId } as const
    const reading = await readGroup(await wecomApp(ctx, corp), chatId, asking)
    if (reading === 'unreadable') throw new Error(`the group ${chatId} cannot be read at the moment`)
    const news = newsOf(chatId, reading, { at: ctx.now() })
    const { again } = news ? await applyNews(ctx, corp, [news]) : { again: [] }
    if (again.length > 0) throw new Error(`the group ${chatId} changed while being read`)
    return { found: typeof reading === 'object' }
  },
})
