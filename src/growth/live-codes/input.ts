import { storedWelcome } from '#growth/welcomes/commands.ts'
import { employeeNames, presentAccounts } from '#management/team/queries.ts'
import { checkFile, fileNumber } from '#operation/contents/commands.ts'
import type { Context } from '#platform/context.ts'
import { AppError, appError } from '#platform/errors.ts'
import { fileFacts } from '#platform/files.ts'
import { type IdPrefix, internalId } from '#platform/ids.ts'
import { membersWithContact } from './contact-function.ts'
import { contrastWithWhite } from './image/colour.ts'
import type { LiveCodeChange, Member, Schedule, Style } from './schema.ts'
import type { StoredRota, StoredStyle } from './stored.ts'

/** A wrong reference in a body is the body's fault, not a missing page. */
export function referred(ctx: Context, prefix: IdPrefix, text: string, field: string): number {
  try {
    return internalId(ctx, prefix, text)
  } catch (error) {
    if (error instanceof AppError) throw appError(error.code, { message: error.message, field })
    throw error
  }
}

/** The corp a code or link belongs to: the named one, or the only one there is. */
export async function corpOf(
  ctx: Context,
  text: string | undefined,
  noun: 'live_code' | 'acquisition_link' = 'live_code',
): Promise<number> {
  const corps = await ctx.db
    .selectFrom('wecomCorps')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'active')
    .orderBy('id')
    .execute()
  if (text !== undefined) {
    const id = referred(ctx, 'cor', text, 'corpId')
    if (!corps.some((corp) => corp.id === id)) throw appError('corp.not_found', { message: 'No such corp is connected.', field: 'corpId' })
    return id
  }
  const [only, another] = corps
  if (!only) throw appError(`${noun}.no_corp`, { message: 'Connect a WeCom corp first: it is made there.', field: 'corpId' })
  if (another)
    throw appError(`${noun}.corp_needed`, { message: 'Several corps are connected: say which one it belongs to.', field: 'corpId' })
  return only.id
}

export type StoredMember = Omit<Member, 'employeeId'> & { employee: number }

/**
 * Everybody is a member of the corp and may have customers: WeCom would refuse the whole code for one who may not (84083,
 * 41054) without saying whom. While WeCom does not answer the code is made anyway, and whoever cannot is found later.
 */
export async function membersOf(ctx: Context, corp: number, members: readonly Member[]): Promise<StoredMember[]> {
  const stored = members.map(({ employeeId, ...rest }, at) => ({
    ...rest,
    employee: referred(ctx, 'emp', employeeId, `employees.${at}.employeeId`),
  }))
  const accounts = new Map([...(await presentAccounts(ctx, corp))].map(([userId, employee]) => [employee, userId]))
  const able = await membersWithContact(ctx, corp)
  const seen = new Set<number>()
  for (const [at, { employee }] of stored.entries()) {
    const field = `employees.${at}.employeeId`
    if (seen.has(employee)) throw appError('live_code.employee_twice', { message: `${await nameOf(ctx, employee)} is named twice.`, field })
    seen.add(employee)
    const userId = accounts.get(employee)
    if (!userId)
      throw appError('live_code.employee_not_in_corp', { message: `${await nameOf(ctx, employee)} is not a member of this corp.`, field })
    if (able && !able.has(userId))
      throw appError('live_code.employee_without_contact', {
        message: `${await nameOf(ctx, employee)} may not have customers in WeCom: give the customer-contact function (客户联系 → 权限配置) and the app's visible range first.`,
        field,
      })
  }
  if (stored.every(({ spare }) => spare))
    throw appError('live_code.only_spares', {
      message: 'Somebody must stand behind the code before a spare can stand in.',
      field: 'employees.0.spare',
    })
  return stored
}

const nameOf = async (ctx: Context, employee: number): Promise<string> =>
  (await employeeNames(ctx, [employee])).get(employee) || 'This employee'

export async function rotaOf(ctx: Context, schedule: Schedule, members: readonly Pick<StoredMember, 'employee'>[]): Promise<StoredRota> {
  const known = new Set(members.map(({ employee }) => employee))
  const slotOf = async (
    { employeeIds, welcome, ...rest }: Schedule['weekly'][number] | Schedule['dates'][number]['slots'][number],
    path: (string | number)[],
  ) => {
    if (rest.from === rest.to)
      throw appError('live_code.empty_slot', { message: 'A slot ends at another time than it begins.', field: [...path, 'to'].join('.') })
    if (rest.from === '24:00')
      throw appError('live_code.empty_slot', { message: 'A slot begins before midnight.', field: [...path, 'from'].join('.') })
    return {
      ...rest,
      employees: employeeIds.map((text, at) => memberOf(ctx, known, text, [...path, 'employeeIds', at].join('.'))),
      welcome: welcome ? await storedWelcome(ctx, welcome, [...path, 'welcome']) : null,
    }
  }
  const weekly = await Promise.all(
    schedule.weekly.map(async ({ days, ...slot }, at) => ({
      days: [...new Set(days)].sort(),
      ...(await slotOf(slot, ['schedule', 'weekly', at])),
    })),
  )
  const dates = await Promise.all(
    schedule.dates.map(async ({ date, until, slots }, at) => {
      if (until && until < date)
        throw appError('live_code.dates_backwards', { message: 'The last day lies before the first.', field: `schedule.dates.${at}.until` })
      return {
        date,
        until: until ?? null,
        slots: await Promise.all(slots.map((slot, place) => slotOf(slot, ['schedule', 'dates', at, 'slots', place]))),
      }
    }),
  )
  return { weekly: weekly as StoredRota['weekly'], dates }
}

function memberOf(ctx: Context, known: ReadonlySet<number>, text: string, field: string): number {
  const employee = referred(ctx, 'emp', text, field)
  if (!known.has(employee))
    throw appError('live_code.not_of_the_code', { message: 'Only employees of the code can be in its hours.', field })
  return employee
}

export async function tagsOf(ctx: Context, texts: readonly string[]): Promise<number[]> {
  const ids = texts.map((text, at) => referred(ctx, 'tag', text, `tagIds.${at}`))
  if (ids.length === 0) return []
  const found = await ctx.db.selectFrom('tags').select('id').where('tenantId', '=', ctx.tenantId).where('id', 'in', ids).execute()
  const known = new Set(found.map(({ id }) => id))
  const missing = ids.findIndex((id) => !known.has(id))
  if (missing >= 0) throw appError('tag.not_found', { message: 'No such tag.', field: `tagIds.${missing}` })
  return [...new Set(ids)]
}

export async function channelOf(ctx: Context, text: string): Promise<number> {
  const id = referred(ctx, 'cha', text, 'channelId')
  const found = await ctx.db
    .selectFrom('channels')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!found) throw appError('channel.not_found', { message: 'No such channel.', field: 'channelId' })
  return id
}

export async function styleOf(ctx: Context, { logo, picture, ...style }: Style): Promise<StoredStyle> {
  if (contrastWithWhite(style.colour) < 4.5)
    throw appError('live_code.colour_too_light', {
      message: 'This colour is too light: phones could not read the code. Choose a darker one.',
      field: 'style.colour',
    })
  const fileOf = async (text: string, field: string) => {
    const file = fileNumber(ctx, text, field)
    checkFile(await fileFacts(ctx, file), 'image', field)
    return file
  }
  return {
    ...style,
    ...(logo && { logo: await fileOf(logo, 'style.logo') }),
    ...(picture && { picture: await fileOf(picture, 'style.picture') }),
  }
}

/** Columns of what a change names; members and tags lie in tables of their own. */
export async function columnsOf(ctx: Context, change: LiveCodeChange, members: readonly Pick<StoredMember, 'employee'>[]) {
  const { name, channelId, schedule, welcome, remark, skipVerify, style } = change
  return {
    ...(name !== undefined && { name }),
    ...(channelId !== undefined && { channelId: channelId === null ? null : await channelOf(ctx, channelId) }),
    ...(schedule !== undefined && { schedule: JSON.stringify(await rotaOf(ctx, schedule, members)) }),
    ...(welcome !== undefined && { welcome: welcome === null ? null : JSON.stringify(await storedWelcome(ctx, welcome, ['welcome'])) }),
    ...(remark !== undefined && { remark: remark?.trim() || null }),
    ...(skipVerify !== undefined && { skipVerify }),
    ...(style !== undefined && { style: JSON.stringify(await styleOf(ctx, style)) }),
  }
}
