import {
  type AcquisitionLink,
  type AcquisitionLinkDetail,
  createLink,
  deleteLink,
  findLink,
  getLink,
  type LinkSettings,
  updateLink,
} from '#connectors/wecom/acquisition.ts'
import type { CallOptions } from '#connectors/wecom/client.ts'
import type { WecomApp } from '#connectors/wecom/connection.ts'
import { isWecomError, WecomError } from '#connectors/wecom/errors.ts'
import { isUnknownEnd } from '#connectors/wecom/unknown-ends.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { type Held, tellWecom } from '#management/wecom/telling.ts'
import type { Context } from '#platform/context.ts'
import { noteGone } from './states.ts'

/** A deleted link must stop working at WeCom too. */
export async function removeFromWecom(ctx: Context, link: number): Promise<void> {
  const row = await ctx.db
    .selectFrom('acquisitionLinks')
    .select(['corp', 'linkId', 'name', 'askedAt', 'askedName'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', link)
    .executeTakeFirst()
  if (!row) return
  const app = await wecomApp(ctx, row.corp)
  // Deleted while nobody knew whether it had been made.
  const { corp, askedAt, askedName } = row
  const linkId = row.linkId ?? (askedAt ? (await lookFor(ctx, app, { corp, name: askedName ?? row.name, askedAt }))?.link_id : undefined)
  if (!linkId) return
  await deleteLink(app, linkId, { requestId: ctx.requestId }).catch((error) => {
    // Gone already: that is what was wanted.
    if (!isUnknownLink(error)) throw error
  })
}

/** WeCom has no code of its own for a link that is not there; its check of parameters says so. */
const isUnknownLink = (error: unknown): boolean => isWecomError(error, 40058)

/** Undefined for a link that is not there (any more). */
export async function readLink(app: WecomApp, linkId: string, options: CallOptions): Promise<AcquisitionLinkDetail | undefined> {
  try {
    return await getLink(app, linkId, options)
  } catch (error) {
    if (isUnknownLink(error)) return undefined
    throw error
  }
}

type Link = Held & {
  linkId: string | null
  name: string
  userIds: string[]
  departmentIds: number[]
  skipVerify: boolean
  markSource: boolean
  priority: 'company' | 'listed' | null
  priorityUserIds: string[]
  askedAt: Date | null
  askedName: string | null
}

export const tellable = { table: 'acquisitionLinks', tellable: 'deleted_at is null and gone_at is null' } as const

/** Brings WeCom's link to what is wanted. */
export const pushLink = (ctx: Context, id: number): Promise<void> =>
  tellWecom<Link>(ctx, {
    ...tellable,
    id,
    async tell(held) {
      await tell(ctx, held)
      // Other people behind it: WeCom says again when they cannot either.
      return { syncedAt: ctx.now(), unavailableAt: null }
    },
  })

async function tell(ctx: Context, held: Link): Promise<void> {
  const app = await wecomApp(ctx, held.corp)
  const linkId = held.linkId ?? (await adopt(ctx, app, held))
  if (!linkId) return create(ctx, app, held)
  try {
    await updateLink(app, linkId, settingsOf(held), { requestId: ctx.requestId })
  } catch (error) {
    // 40058 speaks of any parameter; asked about nothing but the link, it means that there is none.
    if (!isUnknownLink(error) || (await readLink(app, linkId, { requestId: ctx.requestId }))) throw error
    await noteGone(ctx, [held.id])
  }
}

const settingsOf = (held: Link): LinkSettings => ({
  name: held.name,
  users: held.userIds,
  departments: held.departmentIds,
  skipVerify: held.skipVerify,
  markSource: held.markSource,
  priority: held.priority === 'company' ? 'corp' : held.priority === 'listed' ? held.priorityUserIds : undefined,
})

/** The question stands in the row before it is asked: a link whose answer got lost is found again and not made twice. */
async function create(ctx: Context, app: WecomApp, held: Link): Promise<void> {
  await change(ctx, held, { askedAt: ctx.now(), askedName: held.name })
  try {
    const { link_id, url } = await createLink(app, settingsOf(held), { requestId: ctx.requestId })
    await change(ctx, held, { linkId: link_id ?? null, url: url ?? null, askedAt: null })
  } catch (error) {
    // WeCom said no: nothing was made. "Busy" is no such word: it may come after the work was done.
    if (error instanceof WecomError && !isUnknownEnd(error)) await change(ctx, held, { askedAt: null })
    throw error
  }
}

async function adopt(ctx: Context, app: WecomApp, held: Link): Promise<string | undefined> {
  if (!held.askedAt) return undefined
  const found = await lookFor(ctx, app, { corp: held.corp, name: held.askedName ?? held.name, askedAt: held.askedAt })
  if (!found?.link_id) return undefined
  await change(ctx, held, { linkId: found.link_id, url: found.url ?? null, askedAt: null })
  return found.link_id
}

/** Clocks differ, and WeCom counts whole seconds. */
const clockMs = 120_000

async function lookFor(
  ctx: Context,
  app: WecomApp,
  { corp, name, askedAt }: { corp: number; name: string; askedAt: Date },
): Promise<AcquisitionLink | undefined> {
  const rows = await ctx.db
    .selectFrom('acquisitionLinks')
    .select('linkId')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('linkId', 'is not', null)
    .execute()
  const known = rows.flatMap(({ linkId }) => linkId ?? [])
  const since = Math.floor((askedAt.getTime() - clockMs) / 1000)
  return findLink(app, { name, since, known }, { requestId: ctx.requestId })
}

type Values = { askedAt?: Date | null; askedName?: string; linkId?: string | null; url?: string | null }

const change = (ctx: Context, held: Pick<Link, 'id'>, values: Values): Promise<unknown> =>
  ctx.db.updateTable('acquisitionLinks').set(values).where('tenantId', '=', ctx.tenantId).where('id', '=', held.id).execute()
