import { setTimeout as sleep } from 'node:timers/promises'
import { DateTime } from 'luxon'
import { memberIds } from '#insight/segments/queries.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createMessage, submitMessage } from '#operation/messages/commands.ts'
import { MessageInput } from '#operation/messages/schema.ts'
import { createMoment, submitMoment } from '#operation/moments/commands.ts'
import { MomentInput } from '#operation/moments/schema.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { defaultPolicy } from '#operation/outbound/schema.ts'
import type { Context } from '#platform/context.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { seededRandom } from '#platform/random.ts'
import { sites } from './company.ts'
import { writeCost } from './costing.ts'
import type { Doing } from './doing.ts'
import { comments, messages, moments } from './doings.ts'

const membersOf = (ctx: Context, segment: string) => memberIds(ctx, internalId(ctx, 'seg', segment))

/** A demo is also filled at night: the company's quiet hours stand aside from before anything is sent until all of it was confirmed. */
export async function wakeCompany({ ctx }: Doing): Promise<void> {
  await changePolicy(ctx, { quietHours: { marketing: null, service: null } })
}

/** Messages and moments: two that leave now, two that are planned, one that is only a draft. */
export async function writeMessages({ ctx, plan, actors, team, friends }: Doing): Promise<void> {
  // Not the owner, so that somebody else could approve.
  const writer = actors[1]
  const by = writer ? { ...ctx, actor: writer } : ctx
  const friday = nextFriday(plan.until, plan.timezone)
  const ofShop = sites.find(({ name }) => name === messages.done.sites[0])?.members ?? []
  const employees = ofShop.map((userId) => publicId(ctx, 'emp', team.employees.get(userId)?.id ?? 0))
  const tagged = async ([group, name]: readonly [string, string]) => ({
    tags: { in: [publicId(ctx, 'tag', await ensureTag(ctx, group, name))] },
  })
  const done = await send(by, messages.done, { whom: 'customers', audience: { employees } }, null)
  const meant = friends.filter(({ life }) => ofShop.includes(life.employee))
  await writeCost(ctx, { source: 'message', id: done }, messages.done.costs, meant.length)
  await send(by, messages.groups, { whom: 'groups', audience: {} }, null)
  await send(by, messages.planned, { whom: 'customers', audience: await tagged(messages.planned.tag) }, friday)
  const { name, text } = messages.draft
  const audience = await tagged(messages.draft.tag)
  await createMessage(by, MessageInput.parse({ name, to: { whom: 'customers', audience }, content: { text, attachments: [] } }))
  await publish(by, moments.done, employees, null)
  await publish(by, moments.planned, [], friday)
}

type Said = { name: string; text: string }

/** Nobody is planned for who has none of it: a small company has no friends who like cold tea. */
async function send(ctx: Context, { name, text }: Said, to: MessageInput['to'], at: Date | null): Promise<number> {
  const id = await createMessage(ctx, MessageInput.parse({ name, to, content: { text, attachments: [] } }))
  await submitMessage(ctx, id, at, membersOf).catch((error: { code?: string }) => {
    if (error.code !== 'message.nobody') throw error
  })
  return id
}

async function publish(ctx: Context, { name, text }: Said, employeeIds: string[], at: Date | null): Promise<void> {
  await submitMoment(ctx, await createMoment(ctx, MomentInput.parse({ name, content: { text, attachments: [] }, employeeIds })), at)
}

const nextFriday = (from: Date, zone: string): Date => {
  const today = DateTime.fromJSDate(from, { zone }).startOf('day')
  return today.plus({ days: ((5 - today.weekday + 7) % 7) + (today.weekday === 5 ? 7 : 0), hours: 19 }).toJSDate()
}

/** So long employees are waited for who have nothing to confirm. */
const patienceMs = 60_000

/** Employees confirm on their phones what they are asked to send, all but one; friends like and comment; then the company may rest. */
export async function confirmAll(doing: Doing): Promise<void> {
  const { ctx, sandbox, team } = doing
  const late = [...team.employees.keys()].at(-1)
  for (const giveUpAt = Date.now() + patienceMs; Date.now() < giveUpAt; await sleep(200)) {
    for (const userId of team.employees.keys())
      for (const task of await sandbox.massTasks(userId)) if (userId !== late) await sandbox.confirm(task, Date.now())
    if (await allAsked(ctx)) break
  }
  await changePolicy(ctx, { quietHours: defaultPolicy.quietHours })
  await react(doing)
}

/** Nothing waits to be handed over any more. */
async function allAsked(ctx: Context): Promise<boolean> {
  const waiting = await ctx.db
    .selectFrom('sends')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('state', 'in', ['intended', 'waiting', 'tasked'])
    .limit(1)
    .execute()
  const begun = await ctx.db
    .selectFrom('messages')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'scheduled')
    .execute()
  return waiting.length === 0 && begun.length <= 1
}

async function react({ sandbox, team, friends, plan }: Doing): Promise<void> {
  const random = seededRandom(`${plan.seed} moments`)
  for (const userId of team.employees.keys())
    for (const moment of await sandbox.moments(userId))
      for (const friend of friends.filter(({ life }) => life.employee === userId).slice(0, 12)) {
        if (random.chance(0.5)) await sandbox.like(moment, userId, friend.externalUserId)
        if (random.chance(0.15)) await sandbox.comment(moment, userId, friend.externalUserId, random.pick(comments))
      }
}
