import { sql } from 'kysely'
import { z } from 'zod'
import { channelsBelow } from '#growth/channels/queries.ts'
import { greetersOf } from '#growth/welcomes/queries.ts'
import { StoredWelcome, showWelcome } from '#growth/welcomes/schema.ts'
import type { Context } from '#platform/context.ts'
import { notFound } from '#platform/errors.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { addDays, dayOf } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { chooseWelcome } from './greeting.ts'
import { linkOf } from './link.ts'
import { Coverage, type LiveCode, type LiveCodeMember, type LiveCodeQuery, type LiveCodeRow } from './schema.ts'
import { countsOf } from './statistics.ts'
import { StoredRota, StoredStyle } from './stored.ts'

const columns = [
  'l.id',
  'l.name',
  'l.corp',
  'l.state',
  'l.channelId',
  'l.schedule',
  'l.welcome',
  'l.remark',
  'l.skipVerify',
  'l.style',
  'l.configId',
  'l.qrUrl',
  'l.listed',
  'l.listedAt',
  'l.wantedVersion',
  'l.syncedVersion',
  'l.syncError',
  'l.coverage',
  'l.changesAt',
  'l.createdAt',
  'l.updatedAt',
  'w.name as corpName',
  'c.name as channelName',
] as const

const rowsOf = (ctx: Context) =>
  ctx.db
    .selectFrom('liveCodes as l')
    .leftJoin('wecomCorps as w', (join) => join.onRef('w.tenantId', '=', 'l.tenantId').onRef('w.id', '=', 'l.corp'))
    .leftJoin('channels as c', (join) => join.onRef('c.tenantId', '=', 'l.tenantId').onRef('c.id', '=', 'l.channelId'))
    .select(columns)
    .where('l.tenantId', '=', ctx.tenantId)
    .where('l.deletedAt', 'is', null)

type Row = Awaited<ReturnType<ReturnType<typeof rowsOf>['execute']>>[number]

export async function readLiveCode(ctx: Context, id: number): Promise<LiveCode> {
  const row = await rowsOf(ctx).where('l.id', '=', id).executeTakeFirst()
  if (!row) throw notFound('live_code')
  const [members, tags] = await Promise.all([membersOf(ctx, [row]), tagsOf(ctx, [id])])
  const rota = StoredRota.parse(row.schedule)
  const { logo, picture, ...style } = StoredStyle.parse(row.style)
  const file = (number: number) => publicId(ctx, 'fil', number)
  const slot = <S extends { employees: number[]; welcome?: StoredWelcome | null | undefined }>({ employees, welcome, ...rest }: S) => ({
    ...rest,
    employeeIds: employees.map((employee) => publicId(ctx, 'emp', employee)),
    welcome: welcome ? showWelcome(welcome, file) : null,
  })
  const chosen = await chooseWelcome(ctx, row, ctx.now())
  return {
    ...common(ctx, row, members.get(id) ?? [], tags.get(id) ?? []),
    schedule: { weekly: rota.weekly.map(slot), dates: rota.dates.map(({ slots, ...rest }) => ({ ...rest, slots: slots.map(slot) })) },
    welcome: row.welcome ? showWelcome(StoredWelcome.parse(row.welcome), file) : null,
    welcomeFrom: chosen?.from ?? null,
    greetedBy: chosen ? [] : await greetersOf(ctx),
    style: { ...style, ...(logo && { logo: file(logo) }), ...(picture && { picture: file(picture) }) },
  } as LiveCode
}

const Cursor = z.object({ id: z.int() })

/** Newest first. */
export async function listLiveCodes(
  ctx: Context,
  { q, channel, employee, coverage, limit, cursor }: LiveCodeQuery,
): Promise<{ items: LiveCodeRow[]; next: string | null }> {
  const after = decodeCursor(Cursor, cursor)
  let asked = rowsOf(ctx)
  if (after) asked = asked.where('l.id', '<', after.id)
  if (q) asked = asked.where(sql<boolean>`position(lower(${q}) in lower(l.name)) > 0`)
  if (coverage) asked = asked.where('l.coverage', '=', coverage)
  if (channel)
    asked = asked.where(
      'l.channelId',
      'in',
      await channelsBelow(ctx, internalId(ctx, 'cha', channel)).then((ids) => (ids.length ? ids : [0])),
    )
  if (employee) {
    const id = employee === 'me' ? ctx.actor.id : internalId(ctx, 'emp', employee)
    asked = asked.where(
      sql<boolean>`exists (select from live_code_employees m where m.tenant_id = l.tenant_id and m.code_id = l.id and m.employee_id = ${id})`,
    )
  }
  const rows = await asked
    .orderBy('l.id', 'desc')
    .limit(limit + 1)
    .execute()
  const page = toPage(rows, limit, ({ id }) => ({ id }))
  const ids = page.items.map(({ id }) => id)
  const [members, tags, counts] = await Promise.all([membersOf(ctx, page.items), tagsOf(ctx, ids), recentCounts(ctx, ids)])
  const items = page.items.map((row) => {
    const own = members.get(row.id) ?? []
    return {
      ...common(ctx, row, own, tags.get(row.id) ?? []),
      addedToday: own.reduce((sum, one) => sum + one.addedToday, 0),
      counts: counts && (counts.get(row.id) ?? { views: 0, adds: 0, left: 0, ordered: 0 }),
    }
  })
  return { items, next: page.next }
}

const shownDays = 30

/** The list does without its numbers while the analysis engine is away. */
async function recentCounts(ctx: Context, ids: readonly number[]) {
  const zone = await timezoneOf(ctx)
  const today = dayOf(ctx.now(), zone)
  try {
    return await countsOf(ctx, ids, { from: addDays(today, 1 - shownDays), to: today })
  } catch (error) {
    ctx.log.warn({ err: error }, 'live codes are listed without their numbers')
    return null
  }
}

type Tag = { id: string; name: string }

const common = (ctx: Context, row: Row, employees: LiveCodeMember[], tags: Tag[]) => ({
  id: publicId(ctx, 'lco', row.id),
  name: row.name,
  corp: { id: publicId(ctx, 'cor', row.corp), name: row.corpName ?? '' },
  channel: row.channelId === null ? null : { id: publicId(ctx, 'cha', row.channelId), name: row.channelName ?? '' },
  employees,
  tags,
  remark: row.remark,
  skipVerify: row.skipVerify,
  coverage: Coverage.catch('nobody').parse(row.coverage),
  changesAt: row.changesAt?.toISOString() ?? null,
  sync: {
    state: row.syncError !== null ? ('failed' as const) : row.syncedVersion < row.wantedVersion ? ('waiting' as const) : ('done' as const),
    error: row.syncError === null ? null : SyncError.parse(row.syncError),
    at: row.listedAt?.toISOString() ?? null,
  },
  configId: row.configId,
  qrUrl: row.qrUrl,
  link: linkOf(ctx, row.state),
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
})

const SyncError = z.object({ code: z.string(), message: z.string() })

async function membersOf(ctx: Context, codes: readonly Pick<Row, 'id' | 'corp' | 'listed'>[]): Promise<Map<number, LiveCodeMember[]>> {
  if (codes.length === 0) return new Map()
  const day = dayOf(ctx.now(), await timezoneOf(ctx))
  const { rows } = await sql<MemberRow>`
    select m.code_id, m.employee_id, e.name, e.avatar, m.weight, m.daily_cap, m.spare, m.off_duty_at is null as on_duty,
      case when e.status <> 'active' then e.status else m.blocked end as blocked, coalesce(d.adds, 0) as added_today,
      exists (select from employee_accounts a where a.tenant_id = m.tenant_id and a.corp_id = l.corp and a.employee_id = m.employee_id and a.user_id = any(l.listed)) as listed
    from live_code_employees m
      join live_codes l on l.tenant_id = m.tenant_id and l.id = m.code_id
      join employees e on e.tenant_id = m.tenant_id and e.id = m.employee_id
      left join live_code_days d on d.tenant_id = m.tenant_id and d.code_id = m.code_id and d.employee_id = m.employee_id and d.day = ${day}
    where m.tenant_id = ${ctx.tenantId} and m.code_id = any(${codes.map(({ id }) => id)}::int[]) order by m.code_id, m.position`.execute(
    ctx.db,
  )
  const views = rows.map((row) => ({
    code: row.codeId,
    member: {
      employee: { id: publicId(ctx, 'emp', row.employeeId), name: row.name, avatar: row.avatar },
      weight: row.weight,
      dailyCap: row.dailyCap,
      spare: row.spare,
      onDuty: row.onDuty,
      listed: row.listed,
      addedToday: row.addedToday,
      blocked: row.blocked,
    },
  }))
  return new Map([...Map.groupBy(views, ({ code }) => code)].map(([code, members]) => [code, members.map(({ member }) => member)]))
}

type MemberRow = {
  codeId: number
  employeeId: number
  name: string
  avatar: string | null
  weight: number
  dailyCap: number | null
  spare: boolean
  onDuty: boolean
  blocked: string | null
  addedToday: number
  listed: boolean
}

async function tagsOf(ctx: Context, codes: readonly number[]): Promise<Map<number, Tag[]>> {
  if (codes.length === 0) return new Map()
  const rows = await ctx.db
    .selectFrom('liveCodeTags as l')
    .innerJoin('tags as t', (join) => join.onRef('t.tenantId', '=', 'l.tenantId').onRef('t.id', '=', 'l.tagId'))
    .select(['l.codeId', 't.id', 't.name'])
    .where('l.tenantId', '=', ctx.tenantId)
    .where('l.codeId', 'in', [...codes])
    .orderBy('t.id')
    .execute()
  return new Map(
    [...Map.groupBy(rows, ({ codeId }) => codeId)].map(([code, tags]) => [
      code,
      tags.map(({ id, name }) => ({ id: publicId(ctx, 'tag', id), name })),
    ]),
  )
}
