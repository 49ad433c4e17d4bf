import { sql } from 'kysely'
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
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'
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

type Held = {
  id: number
  corp: number
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
  wantedVersion: number
  syncAttempts: number
  leaseUntil: Date
}

/** Longer than a question with all its repetitions takes. */
const leaseMs = 90_000

/** Brings WeCom's link to what is wanted. One process at a time holds a link, and sees when releasing it whether more was wanted. */
export async function pushLink(ctx: Context, link: number): Promise<void> {
  for (;;) {
    const held = await hold(ctx, link)
    if (!held) return
    const error = await tell(ctx, held).then(
      () => undefined,
      (cause: unknown) => cause,
    )
    if (!(await release(ctx, held, error))) return
  }
}

async function hold(ctx: Context, link: number): Promise<Held | undefined> {
  const now = ctx.now()
  const { rows } = await sql<Held>`
    update acquisition_links set lease_until = ${new Date(now.getTime() + leaseMs)}
    where tenant_id = ${ctx.tenantId} and id = ${link} and deleted_at is null and gone_at is null and synced_version < wanted_version
      and (lease_until is null or lease_until < ${now}) and (retry_at is null or retry_at <= ${now})
    returning id, corp, link_id, name, user_ids, department_ids, skip_verify, mark_source, priority, priority_user_ids, asked_at, asked_name,
      wanted_version, sync_attempts, lease_until`.execute(ctx.db)
  return rows[0]
}

/** True when there is more to tell. */
async function release(ctx: Context, held: Held, error: unknown): Promise<boolean> {
  if (error !== undefined) ctx.log.warn({ err: error, link: held.id }, 'an acquisition link could not be told to WeCom')
  const { code, message } = describeError(error)
  const row = await ctx.db
    .updateTable('acquisitionLinks')
    .set({
      leaseUntil: null,
      ...(error === undefined
        ? {
            syncedVersion: held.wantedVersion,
            syncedAt: ctx.now(),
            syncError: null,
            syncAttempts: 0,
            retryAt: null,
            // Other people behind it: WeCom says again when they cannot either.
            unavailableAt: null,
          }
        : {
            syncError: JSON.stringify({ code, message }),
            syncAttempts: held.syncAttempts + 1,
            retryAt: new Date(ctx.now().getTime() + waitMs(error, held.syncAttempts)),
          }),
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', held.id)
    .where('leaseUntil', '=', held.leaseUntil)
    .returning(sql<boolean>`${error === undefined} and wanted_version > ${held.wantedVersion}`.as('more'))
    .executeTakeFirst()
  return row?.more ?? false
}

/** What somebody has to set up first is asked for less and less often. */
const waitMs = (error: unknown, attempts: number): number =>
  (error instanceof WecomError ? error.retryAfterMs : undefined) ?? Math.min(600_000, 1000 * 2 ** Math.min(attempts, 10))

async function tell(ctx: Context, held: Held): Promise<void> {
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

const settingsOf = (held: Held): LinkSettings => ({
  name: held.name,
  users: held.userIds,
  departments: held.departmentIds,
  skipVerify: held.skipVerify,
  markSource: held.markSource,
  priority: held.priority === 'company' ? 'corp' : held.priority === 'listed' ? held.priorityUserIds : undefined,
})

/** The question stands in the row before it is asked: a link whose answer got lost is found again and not made twice. */
async function create(ctx: Context, app: WecomApp, held: Held): Promise<void> {
  await change(ctx, held, { askedAt: ctx.now(), askedName: held.name })
  try {
    const { link_id, url } = await createLink(app, settingsOf(held), { requestId: ctx.requestId })
    await change(ctx, held, { linkId: link_id ?? null, url: url ?? null, askedAt: null })
  } catch (error) {
    // WeCom said no: nothing was made.
    if (error instanceof WecomError) await change(ctx, held, { askedAt: null })
    throw error
  }
}

async function adopt(ctx: Context, app: WecomApp, held: Held): Promise<string | undefined> {
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

const change = (ctx: Context, held: Pick<Held, 'id'>, values: Values): Promise<unknown> =>
  ctx.db.updateTable('acquisitionLinks').set(values).where('tenantId', '=', ctx.tenantId).where('id', '=', held.id).execute()
