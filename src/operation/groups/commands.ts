import { identifyMany } from '#management/identity/commands.ts'
import { employeeNames } from '#management/team/queries.ts'
import { identitiesOf } from '#management/wecom/contacts.ts'
import { corpIdOf } from '#management/wecom/corp-ids.ts'
import { employeesOf } from '#management/wecom/members.ts'
import { groupCreated, groupDismissed, groupJoined, groupLeft, groupOwnerChanged, groupRenamed } from '#operation/events.ts'
import type { Context } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import type { Answer } from './reading.ts'
import {
  explained,
  isExternal,
  type MemberChange,
  type Shown,
  type Stay,
  type Told,
  withAnswer,
  withChange,
  withoutGroup,
} from './stays.ts'
import { lockGroups, makeGroups, type Row, readStays, saveGroups, saveStays } from './stored.ts'

/** What is heard about one group: how WeCom shows it, who came or went, or that it is no more. */
export type News = {
  chatId: string
  answer?: Answer | undefined
  change?: MemberChange | undefined
  /** Since when. */
  gone?: Date | undefined
  /** When it happened, where a callback says so. */
  at?: Date | undefined
}

export type Repair = {
  kind: 'group_missing' | 'group_gone' | 'group_details' | 'group_members'
  userId: string
  details: Record<string, unknown>
}

export type Heard = {
  /** What had to be put right. */
  repairs: Repair[]
  /** Groups of which too little was heard, or which had changed since the question: they have to be read again. */
  again: string[]
}

/**
 * Makes everything here agree with the news, each group once, in a handful of statements however many they are: a callback is
 * a list of one, a part of a comparison a list of ten. The same again changes nothing.
 */
export const applyNews = (ctx: Context, corp: number, news: readonly News[]): Promise<Heard> =>
  inTransaction(ctx, async (ctx) => {
    const { rows, made } = await lockOrMake(ctx, corp, news)
    const known = news.flatMap((one) => {
      const row = rows.get(one.chatId)
      return row ? [{ news: one, row, isNew: made.has(one.chatId) }] : []
    })
    const stays = await readStays(
      ctx,
      known.map(({ news, row }) => ({ groupId: row.id, members: namedIn(news) })),
    )
    const chapters = known.map((one) => tell(one, stays.get(one.row.id) ?? [], ctx.now()))
    await nameThem(ctx, corp, chapters)
    await saveStays(
      ctx,
      chapters.flatMap(({ after, told }) => told.changed.map((stay) => ({ ...stay, groupId: after.id }))),
    )
    await saveGroups(
      ctx,
      chapters.filter(({ isChanged }) => isChanged).map(({ after }) => after),
    )
    await tellEvents(ctx, chapters)
    const unheard = news.filter(({ chatId, gone }) => !rows.has(chatId) && !gone).map(({ chatId }) => chatId)
    return {
      repairs: chapters.flatMap(repairsOf),
      again: [...unheard, ...chapters.filter(({ again }) => again).map(({ after }) => after.chatId)],
    }
  })

async function lockOrMake(ctx: Context, corp: number, news: readonly News[]): Promise<{ rows: Map<string, Row>; made: Set<string> }> {
  const ids = news.map(({ chatId }) => chatId)
  const rows = await lockGroups(ctx, corp, ids)
  const missing = news.flatMap(({ chatId, answer }) =>
    answer && !rows.has(chatId) ? [{ chatId, createdAt: answer.createdAt ?? ctx.now() }] : [],
  )
  if (missing.length === 0) return { rows, made: new Set() }
  const made = await makeGroups(ctx, corp, missing)
  return { rows: await lockGroups(ctx, corp, ids), made }
}

const namedIn = ({ answer, change }: News): string[] => [...(answer?.members.map(({ member }) => member) ?? []), ...(change?.members ?? [])]

/** One group's news: where it stood before and where it stands now. */
type Chapter = {
  news: News
  isNew: boolean
  before: Row
  after: Row
  told: Told
  unionids: ReadonlyMap<string, string>
  isChanged: boolean
  again: boolean
}

function tell({ news, row, isNew }: { news: News; row: Row; isNew: boolean }, stays: readonly Stay[], now: Date): Chapter {
  const { change } = news
  const isOlder = news.answer !== undefined && row.changedAt > news.answer.askedAt
  const answer = isOlder ? undefined : news.answer
  const shown = new Map((news.answer?.members ?? []).map((one) => [one.member, one]))
  const { told, version } = members({ row, stays, change, answer, shown, gone: news.gone, now })
  const after: Row = {
    ...row,
    ...(answer && {
      name: answer.name,
      notice: answer.notice,
      ownerUserid: answer.owner,
      ownerId: answer.owner === row.ownerUserid ? row.ownerId : null,
      admins: [...answer.admins].sort(),
      createdAt: answer.createdAt ?? row.createdAt,
      dismissedAt: null,
    }),
    ...(news.gone && { dismissedAt: row.dismissedAt ?? news.gone }),
    memberVersion: version,
  }
  const present = told.stays.filter(({ leftAt }) => leftAt === null)
  // Whoever went is no admin any more; a callback that needs no answer does not say so.
  const gone = told.left.filter(({ member }) => !present.some((stay) => stay.member === member)).map(({ member }) => member)
  after.admins = after.admins.filter((admin) => !gone.includes(admin))
  after.membersCount = present.length
  after.customersCount = present.filter(({ kind }) => kind === 'customer').length
  const isChanged = isNew || told.changed.length > 0 || JSON.stringify(after) !== JSON.stringify(row)
  if (isChanged) after.changedAt = now
  return {
    news,
    isNew,
    before: row,
    after,
    told,
    unionids: new Map([...shown.values()].flatMap(({ member, unionid }) => (unionid ? [[member, unionid] as const] : []))),
    isChanged,
    again: !news.gone && !answer && !(change?.what === 'left' && version === change.to && !isOlder),
  }
}

type Members = {
  row: Row
  stays: readonly Stay[]
  change: MemberChange | undefined
  answer: Answer | undefined
  shown: ReadonlyMap<string, Shown>
  gone: Date | undefined
  now: Date
}

/**
 * A callback that starts from the state stored here is applied as it is, so that each who comes and goes in a hurry is told
 * apart; the answer may be ahead of it already. Any other callback only says that everything has to be compared.
 */
function members({ row, stays, change, answer, shown, gone, now }: Members): { told: Told; version: string } {
  const goneSince = gone ?? (answer ? null : row.dismissedAt)
  if (goneSince) return { told: withoutGroup(stays, goneSince), version: row.memberVersion }
  const follows = change?.from !== undefined && change.to !== undefined && change.from === row.memberVersion
  if (follows && change?.to && answer?.version !== change.to) return { told: withChange(stays, change, shown), version: change.to }
  if (answer) return { told: withAnswer(stays, answer.members, now, change), version: answer.version }
  if (follows && change?.to) return { told: withChange(stays, change), version: change.to }
  return { told: explained(stays, change), version: row.memberVersion }
}

/** Says which customers and employees the members, the inviters and the owners are. */
async function nameThem(ctx: Context, corp: number, chapters: readonly Chapter[]): Promise<void> {
  const changed = chapters.flatMap(({ told, unionids }) => told.changed.map((stay) => ({ stay, unionid: unionids.get(stay.member) })))
  const employees = await employeesOf(ctx, corp, [
    ...chapters.flatMap(({ after }) => (after.ownerUserid && after.ownerId === null ? [after.ownerUserid] : [])),
    ...changed.flatMap(({ stay }) => [
      ...(stay.kind === 'employee' && stay.employeeId === null ? [stay.member] : []),
      ...(isColleague(stay.inviterUserid) && stay.inviterId === null ? [stay.inviterUserid] : []),
    ]),
  ])
  for (const { after } of chapters) after.ownerId ??= employees.get(after.ownerUserid) ?? null
  for (const { stay } of changed) {
    if (stay.kind === 'employee') stay.employeeId ??= employees.get(stay.member) ?? null
    stay.inviterId ??= employees.get(stay.inviterUserid) ?? null
  }
  await nameCustomers(
    ctx,
    corp,
    changed.filter(({ stay }) => stay.kind === 'customer' && stay.customerId === null),
  )
}

/** WeCom names inviters of the company; should it name a customer, that is no employee to be made. */
const isColleague = (inviter: string): boolean => inviter !== '' && !isExternal(inviter)

async function nameCustomers(ctx: Context, corp: number, unnamed: readonly { stay: Stay; unionid: string | undefined }[]): Promise<void> {
  if (unnamed.length === 0) return
  const corpId = await corpIdOf(ctx, corp)
  const byMember = [...Map.groupBy(unnamed, ({ stay }) => stay.member).values()]
  const known = await ctx.db
    .selectFrom('identities')
    .select('value')
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', '=', 'wecom_external_userid')
    .where('scope', '=', corpId)
    .where(
      'value',
      'in',
      byMember.flatMap(([first]) => (first ? [first.stay.member] : [])),
    )
    .execute()
  const names = new Set(known.map(({ value }) => value))
  const ids = await identifyMany(
    ctx,
    byMember.flatMap(([first]) => {
      if (!first) return []
      const { stay, unionid } = first
      return [
        {
          identities: identitiesOf(corpId, stay.member, unionid ? { external_userid: stay.member, unionid } : undefined),
          about: 'wecom_external_userid' as const,
          // Whoever is known already has a better name than the one worn in a group.
          ...(stay.name && !names.has(stay.member) && { facts: { name: stay.name } }),
          since: stay.joinedAt,
        },
      ]
    }),
    'wecom',
  )
  for (const [i, same] of byMember.entries()) for (const { stay } of same) stay.customerId = ids[i] ?? null
}

async function tellEvents(ctx: Context, chapters: readonly Chapter[]): Promise<void> {
  const people = chapters.flatMap(({ before, after, told }) => [
    before.ownerId,
    after.ownerId,
    ...told.joined.map(({ inviterId }) => inviterId),
  ])
  const names = await employeeNames(
    ctx,
    people.filter((id) => id !== null),
  )
  const named = (id: number | null) => (id === null ? {} : { employee: id, employeeName: names.get(id) ?? '' })
  for (const { news, isNew, before, after, told } of chapters) {
    const chat = { chat: after.id, chatName: after.name }
    const at = news.at ?? ctx.now()
    if (isNew) emit(ctx, groupCreated, { customerId: null, at: after.createdAt, properties: { ...chat, ...named(after.ownerId) } })
    if (!isNew && after.name !== before.name)
      emit(ctx, groupRenamed, { customerId: null, at, properties: { ...chat, before: before.name } })
    if (!isNew && after.ownerId !== null && after.ownerId !== before.ownerId)
      emit(ctx, groupOwnerChanged, {
        customerId: null,
        at,
        properties: {
          ...chat,
          employee: after.ownerId,
          employeeName: names.get(after.ownerId) ?? '',
          before: before.ownerId === null ? '' : (names.get(before.ownerId) ?? ''),
        },
      })
    for (const stay of told.joined)
      if (stay.customerId !== null)
        emit(ctx, groupJoined, {
          customerId: stay.customerId,
          at: stay.joinedAt,
          properties: {
            ...chat,
            scene: stay.joinScene ?? 'unknown',
            ...(stay.state && { state: stay.state }),
            ...named(stay.inviterId),
            ...(isExternal(stay.inviterUserid) && { inviter: stay.inviterUserid }),
          },
        })
    for (const stay of told.left)
      if (stay.customerId !== null && stay.leftAt)
        emit(ctx, groupLeft, {
          customerId: stay.customerId,
          at: stay.leftAt,
          properties: { ...chat, how: stay.quitScene ?? 'unknown', daysStayed: daysBetween(stay.joinedAt, stay.leftAt) },
        })
    if (after.dismissedAt && !before.dismissedAt)
      emit(ctx, groupDismissed, {
        customerId: null,
        at: after.dismissedAt,
        properties: { ...chat, members: before.membersCount, customers: before.customersCount },
      })
  }
}

const daysBetween = (from: Date, to: Date): number => Math.floor((to.getTime() - from.getTime()) / 86_400_000)

function repairsOf({ isNew, before, after, told }: Chapter): Repair[] {
  const group = { chatId: after.chatId, name: after.name }
  const repair = (kind: Repair['kind'], details: Record<string, unknown> = {}): Repair => ({
    kind,
    userId: after.ownerUserid,
    details: { ...group, ...details },
  })
  if (isNew) return [repair('group_missing', { members: after.membersCount })]
  if (after.dismissedAt && !before.dismissedAt) return [repair('group_gone', { members: before.membersCount })]
  const different = (['name', 'notice', 'ownerUserid'] as const).filter((key) => before[key] !== after[key])
  const [joined, left] = [told.joined, told.left].map((stays) => stays.map(({ member }) => member))
  return [
    ...(different.length > 0
      ? [repair('group_details', Object.fromEntries(different.map((key) => [key, [before[key], after[key]]])))]
      : []),
    ...(told.joined.length + told.left.length > 0 ? [repair('group_members', { joined, left })] : []),
  ]
}
