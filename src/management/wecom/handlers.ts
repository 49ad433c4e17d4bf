import type { Callback, KnownEvent } from '#connectors/wecom/events/read-callback.ts'
import { archiveAgreed, handoverRefused } from '#management/events.ts'
import { identify } from '#management/identity/commands.ts'
import type { Context } from '#platform/context.ts'
import { emit } from '#platform/events/emit.ts'
import { enqueue } from '#platform/jobs.ts'
import { wecomApp } from './app.ts'
import { identitiesOf, type Reading, readCustomer, unreadable } from './contacts.ts'
import { corpIdOf } from './corp-ids.ts'
import { applyNews, type News, newsOf, seconds } from './friendships.ts'
import { applyDepartment, applyMember, employeeOf, leaveMember, readDepartment, readMember, removeDepartment } from './members.ts'
import { refreshCustomer } from './refresh.ts'
import type { Change, EndedBy } from './relation.ts'
import { applyTagGroups, readTagGroups, removeTagOrGroup } from './tags.ts'

export type Place = { corp: number; key: string }

/**
 * What follows from a callback, in one transaction with its mark: news of friendships, which are heard together with those of
 * other callbacks, or something of its own.
 */
export type Effect = FriendNews | ((ctx: Context) => Promise<void>)

/** `again`: WeCom could not be asked in time; whom to read once more in a moment. */
export type FriendNews = { news: readonly News[]; again?: string | undefined }

/** Asks WeCom what it needs to know, changes nothing, and says what follows. */
export type Handler<Type extends KnownEvent['type']> = (
  ctx: Context,
  event: Extract<KnownEvent, { type: Type }>,
  place: Place,
) => Promise<Effect>

export type Handlers = { [Type in KnownEvent['type']]?: Handler<Type> }

const handlers: Handlers = {
  'change_external_contact.add_external_contact': (ctx, event, place) => told(ctx, event, place, { what: 'added' }),
  'change_external_contact.add_half_external_contact': (ctx, event, place) => told(ctx, event, place, { what: 'half' }),
  'change_external_contact.del_external_contact': (ctx, event, place) =>
    ended(ctx, event, place, event.source === 'DELETE_BY_TRANSFER' ? 'transfer' : 'employee'),
  'change_external_contact.del_follow_user': (ctx, event, place) => ended(ctx, event, place, 'customer'),
  'change_external_contact.edit_external_contact': async (ctx, { externalUserId }, { corp }) => {
    const askedAt = ctx.now()
    const reading = await readCustomer(await wecomApp(ctx, corp), externalUserId, { requestId: ctx.requestId })
    if (reading === 'unreadable') throw unreadable(externalUserId)
    return { news: reading === 'gone' ? [] : newsOf(reading, askedAt) }
  },
  'change_external_contact.transfer_fail':
    async (_ctx, event, { corp }) =>
    async (ctx) => {
      const customerId = await identify(ctx, identitiesOf(await corpIdOf(ctx, corp), event.externalUserId, undefined))
      emit(ctx, handoverRefused, {
        customerId,
        at: momentOf(ctx, event),
        properties: { employee: await employeeOf(ctx, corp, event.userId), reason: event.failReason ?? 'unknown' },
      })
    },
  'change_external_contact.msg_audit_approved':
    async (_ctx, event, { corp }) =>
    async (ctx) => {
      const customerId = await identify(ctx, identitiesOf(await corpIdOf(ctx, corp), event.externalUserId, undefined))
      emit(ctx, archiveAgreed, {
        customerId,
        at: momentOf(ctx, event),
        properties: { employee: await employeeOf(ctx, corp, event.userId) },
      })
    },
  'change_external_tag.create': tagsChanged,
  'change_external_tag.update': tagsChanged,
  'change_external_tag.shuffle': tagsChanged,
  'change_external_tag.delete':
    async (_ctx, { id, tagType }, { corp }) =>
    (ctx) =>
      removeTagOrGroup(ctx, corp, id, tagType),
  'change_contact.create_user': memberChanged,
  'change_contact.update_user': memberChanged,
  'change_contact.delete_user':
    async (_ctx, { userId }, { corp }) =>
    (ctx) =>
      leaveMember(ctx, corp, userId),
  'change_contact.create_party': departmentChanged,
  'change_contact.update_party': departmentChanged,
  'change_contact.delete_party':
    async (_ctx, { id }, { corp }) =>
    async (ctx) => {
      if (id !== undefined) await removeDepartment(ctx, corp, id)
    },
}

/** `others`: what features above understand. */
export function handlerOf(
  callback: Callback,
  others: readonly Handlers[] = [],
): ((ctx: Context, place: Place) => Promise<Effect>) | undefined {
  if (!callback.known || callback.kind !== 'event') return undefined
  const { type } = callback
  const handler = [handlers, ...others].find((some) => some[type])?.[type] as Handler<KnownEvent['type']> | undefined
  return handler && ((ctx, place) => handler(ctx, callback, place))
}

/** What the features above understand; the inbox of a program without them leaves it aside. */
const handledAbove: ReadonlySet<string> = new Set<KnownEvent['type']>([
  'change_external_chat.create',
  'change_external_chat.update',
  'change_external_chat.dismiss',
  'customer_acquisition.balance_low',
  'customer_acquisition.balance_exhausted',
  'customer_acquisition.balance_increased',
  'customer_acquisition.quota_expire_soon',
  'customer_acquisition.link_unavailable',
  'customer_acquisition.delete_link',
  'customer_acquisition.open_profile',
  'customer_acquisition.friend_request',
  'customer_acquisition.customer_start_chat',
  'customer_acquisition.message_from_customer',
  'msgaudit_notify',
])

export const isHandled = (callback: Callback): boolean => handlerOf(callback) !== undefined || handledAbove.has(callback.type)

export const rereadingTypes: ReadonlySet<string> = new Set<KnownEvent['type']>([
  'change_external_contact.edit_external_contact',
  'change_external_chat.update',
  'customer_acquisition.balance_low',
  'customer_acquisition.balance_exhausted',
  'customer_acquisition.balance_increased',
  'change_external_tag.create',
  'change_external_tag.update',
  'change_external_tag.shuffle',
  'change_contact.create_user',
  'change_contact.update_user',
  'change_contact.create_party',
  'change_contact.update_party',
])

/**
 * News that only say "look again". Two of the same second are letter for letter the same, and the second one may tell of a
 * change that the first reading did not see: a repetition is looked at again, which changes nothing when nothing changed.
 */
export const asksToReread = ({ type }: { type: string }): boolean => rereadingTypes.has(type)

/** What must keep its order: everything about one customer, everything about one group, all of the directory, all of the tags. */
export function laneOf(callback: Callback): string {
  if ('externalUserId' in callback && typeof callback.externalUserId === 'string' && callback.externalUserId)
    return callback.externalUserId.slice(0, 200)
  if ('chatId' in callback && typeof callback.chatId === 'string' && callback.chatId) return callback.chatId.slice(0, 200)
  if (callback.kind === 'event') return callback.event.slice(0, 200)
  return 'messages'
}

type Relation = { userId: string; externalUserId: string; at?: number; state?: string | undefined }

export const momentOf = (ctx: Context, { at }: { at?: number }): Date => (at === undefined ? ctx.now() : new Date(at * 1000))

const changeOf = (ctx: Context, { at }: Relation, key: string, what: Pick<Change, 'what' | 'by'>): Change => ({
  at: at ?? seconds(ctx.now()),
  key: key.slice(-16),
  ...what,
})

/** A friend: told at once with what WeCom can say in time; the rest comes by itself. */
async function told(ctx: Context, event: Relation, { corp, key }: Place, what: Pick<Change, 'what'>): Promise<Effect> {
  const { externalUserId, userId } = event
  const askedAt = ctx.now()
  const reading = await readCustomer(await wecomApp(ctx, corp), externalUserId, { requestId: ctx.requestId })
  const news = toldWith(reading, { externalUserId, userId, change: changeOf(ctx, event, key, what), state: event.state, askedAt }, askedAt)
  return { news, again: reading === 'unreadable' ? externalUserId : undefined }
}

/** The callback's own friendship with how WeCom shows it now, then the customer's others. */
function toldWith(reading: Reading, told: News, askedAt: Date): News[] {
  if (reading === 'unreadable') return [told]
  const shown = reading === 'gone' ? [] : newsOf(reading, askedAt)
  const own = shown.find(({ userId }) => userId === told.userId)
  return [
    { ...told, ...(reading !== 'gone' && { contact: reading.contact }), shown: own?.shown, absent: own === undefined },
    ...shown.filter((one) => one !== own),
  ]
}

/** What could not be read, or was read before something else changed it, is read again in a moment. */
export async function hear(ctx: Context, corp: number, told: readonly FriendNews[]): Promise<void> {
  const { stale } = await applyNews(
    ctx,
    corp,
    told.flatMap(({ news }) => news),
  )
  const runAt = new Date(ctx.now().getTime() + 3_000)
  for (const externalUserId of new Set([...stale, ...told.flatMap(({ again }) => again ?? [])]))
    await enqueue(ctx, refreshCustomer, { corp, externalUserId }, { runAt })
}

async function ended(ctx: Context, event: Relation, { key }: Place, by: EndedBy): Promise<Effect> {
  const { externalUserId, userId } = event
  return { news: [{ externalUserId, userId, change: changeOf(ctx, event, key, { what: 'ended', by }) }] }
}

/** Orders, names and new tags all come with one reading; a shuffle may not even say of which group. */
async function tagsChanged(ctx: Context, _event: unknown, { corp }: Place): Promise<Effect> {
  const groups = await readTagGroups(await wecomApp(ctx, corp), ctx.requestId)
  return async (ctx) => {
    await applyTagGroups(ctx, corp, groups)
  }
}

async function memberChanged(
  ctx: Context,
  { userId, newUserId }: { userId: string; newUserId?: string | undefined },
  { corp }: Place,
): Promise<Effect> {
  const member = await readMember(await wecomApp(ctx, corp), newUserId ?? userId, ctx.requestId)
  return (ctx) => applyMember(ctx, corp, member, newUserId && newUserId !== userId ? userId : undefined)
}

async function departmentChanged(ctx: Context, { id }: { id?: number | undefined }, { corp }: Place): Promise<Effect> {
  const department = id === undefined ? undefined : await readDepartment(await wecomApp(ctx, corp), id, ctx.requestId)
  return async (ctx) => {
    if (department) await applyDepartment(ctx, corp, department)
  }
}
