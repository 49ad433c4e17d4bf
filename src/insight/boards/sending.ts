import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { planDelivery } from '#connectors/webhooks/commands.ts'
import { fileMessage, sendMessageOnce, textMessage } from '#connectors/wecom/app-messages.ts'
import { uploadMedia } from '#connectors/wecom/media.ts'
import { wecomApp } from '#management/wecom/app.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { csvLine } from '#platform/exports/csv.ts'
import { internalId } from '#platform/ids.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { type Content, contentOf } from './content.ts'
import { nextMoment } from './moments.ts'
import { readSchedule } from './schedules.ts'
import type { Target } from './schema.ts'
import type { Line } from './words.ts'

/** Writes down what is due and moves each rhythm on; one intent a schedule and moment, whoever looks. */
export async function planSendings(ctx: Context): Promise<void> {
  const due = await ctx.db
    .selectFrom('boardSchedules')
    .select(['id', 'subject', 'rhythm', 'target', 'nextAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('active', '=', true)
    .where('nextAt', '<=', ctx.now())
    .execute()
  const timezone = await timezoneOf(ctx)
  for (const { id, nextAt, ...row } of due)
    await inTransaction(ctx, async (ctx) => {
      await ctx.db
        .insertInto('boardSendings')
        .values({ tenantId: ctx.tenantId, scheduleId: id, plannedAt: nextAt })
        .onConflict((conflict) => conflict.columns(['tenantId', 'scheduleId', 'plannedAt']).doNothing())
        .execute()
      await ctx.db
        .updateTable('boardSchedules')
        .set({ nextAt: nextMoment(readSchedule(row).rhythm, ctx.now(), timezone) })
        .where('tenantId', '=', ctx.tenantId)
        .where('id', '=', id)
        .where('nextAt', '=', nextAt)
        .execute()
    })
}

/** A try that ended badly is made again after so many minutes; after the last of them it is given up. */
const waitMinutes = [1, 5, 15, 60]
const mostAttempts = waitMinutes.length + 1
/** So long a try may take before somebody else may take it for dead. */
const leaseMinutes = 10
/** So long WeCom drops the second of two equal messages (doc 90236); after that nobody can say that a message is not there twice. */
const onceSeconds = 4 * 3600

type Media = { picture: string; table: string }
/** The content as it was fixed at the first try that had one, and what of it lies at WeCom already, by corp. */
type Fixed = Content & { media?: Record<number, Media> }

type Planned = { id: number; scheduleId: number; text: string | null; attempts: number; plannedAt: Date }

/** What waits for another try stands behind what was never tried. */
export async function sendPlanned(ctx: Context): Promise<void> {
  const rows = await ctx.db
    .selectFrom('boardSendings')
    .select(['id', 'scheduleId', 'text', 'attempts', 'plannedAt'])
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'planned')
    .where(({ eb, or }) => or([eb('nextTryAt', 'is', null), eb('nextTryAt', '<=', ctx.now())]))
    .orderBy(sql`next_try_at nulls first`)
    .orderBy('id')
    .limit(20)
    .execute()
  for (const row of rows) {
    const mine = await claim(ctx, row)
    if (mine) await sendClaimed(ctx, mine).catch((error: unknown) => fail(ctx, mine, error as Error))
  }
}

/**
 * The try is counted before anything is computed, so that one which takes the program down is given up as well. Of two who look at
 * once only one goes on.
 */
async function claim(ctx: Context, { id, attempts }: Planned): Promise<Planned | undefined> {
  return own(ctx, id)
    .set({ attempts: attempts + 1, nextTryAt: minutesFrom(ctx, leaseMinutes) })
    .where('attempts', '=', attempts)
    .where('state', '=', 'planned')
    .returning(['id', 'scheduleId', 'text', 'attempts', 'plannedAt'])
    .executeTakeFirst()
}

const minutesFrom = (ctx: Context, minutes: number): Date => new Date(ctx.now().getTime() + minutes * 60_000)

async function sendClaimed(ctx: Context, mine: Planned): Promise<void> {
  if (mine.attempts > mostAttempts) throw appError('board.no_end', { message: 'No try came to an end.' })
  const schedule = await ctx.db
    .selectFrom('boardSchedules')
    .select(['subject', 'rhythm', 'target'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', mine.scheduleId)
    .executeTakeFirstOrThrow()
  const { subject, target } = readSchedule(schedule)
  if (mine.text !== null && ctx.now().getTime() - mine.plannedAt.getTime() > onceSeconds * 1000)
    throw appError('board.unknown_end', { message: 'Nobody knows whether the last try arrived, and it is too long ago to try again.' })
  // The words are fixed before anything leaves: only a message equal to the letter is known as the same one.
  const content: Fixed = mine.text === null ? await contentOf(ctx, subject) : JSON.parse(mine.text)
  if (mine.text === null) await keep(ctx, mine, content)
  await (target.kind === 'webhook' ? toWebhook(ctx, mine, target, content) : toWecom(ctx, mine, target, content))
}

/** Whoever was taken for dead meanwhile sends nothing: another one has words of its own. */
async function keep(ctx: Context, { id, attempts }: Planned, content: Fixed): Promise<void> {
  const kept = await own(ctx, id)
    .set({ text: JSON.stringify(content) })
    .where('attempts', '=', attempts)
    .where('state', '=', 'planned')
    .returning('id')
    .executeTakeFirst()
  if (!kept) throw new Error('another try goes on with this')
}

/** The charts are read when a board is sent: no process needs their five hundred files to start. */
const pictureOf = async (content: Fixed): Promise<Buffer> => (await import('./drawing.ts')).pictureOf(content)

/** The delivery's id follows from the intent's: planned twice, it is still one delivery. */
async function toWebhook(ctx: Context, { id }: Planned, target: Extract<Target, { kind: 'webhook' }>, content: Fixed): Promise<void> {
  const { media: _, ...told } = content
  const picture = { mediaType: 'image/png', base64: (await pictureOf(content)).toString('base64') }
  await inTransaction(ctx, async (ctx) => {
    await planDelivery(ctx, internalId(ctx, 'whk', target.webhook), {
      id: uuidOf(`${ctx.tenantId} board sending ${id}`),
      name: 'board.sent',
      data: { ...told, picture },
    })
    await markSent(ctx, id)
  })
}

/** Words first, then the picture and the table as a file: each is a message of its own, and none comes twice. */
async function toWecom(ctx: Context, mine: Planned, target: Extract<Target, { kind: 'wecom' }>, content: Fixed): Promise<void> {
  const employees = target.employees.map((employee) => internalId(ctx, 'emp', employee))
  const accounts = await ctx.db
    .selectFrom('employeeAccounts')
    .select(['corpId', 'userId'])
    .where('tenantId', '=', ctx.tenantId)
    .where('employeeId', 'in', employees)
    .where('leftAt', 'is', null)
    .orderBy('userId')
    .execute()
  if (accounts.length === 0) throw appError('board.nobody_in_wecom', { message: 'None of these employees has an account in WeCom.' })
  for (const [corp, own] of Map.groupBy(accounts, ({ corpId }) => corpId)) {
    const app = await wecomApp(ctx, corp)
    const { picture, table } = await mediaFor(ctx, app, corp, mine, content)
    const to = { members: own.map(({ userId }) => userId) }
    for (const message of [textMessage(content.text), fileMessage('image', picture), fileMessage('file', table)])
      await sendMessageOnce(app, to, message, { withinSeconds: onceSeconds })
  }
  await markSent(ctx, mine.id)
}

/** Uploaded once a corp and written down before anything is sent: another upload would be another message. */
async function mediaFor(
  ctx: Context,
  app: Awaited<ReturnType<typeof wecomApp>>,
  corp: number,
  mine: Planned,
  content: Fixed,
): Promise<Media> {
  const known = content.media?.[corp]
  if (known) return known
  const name = `${content.dateFrom}-${content.dateTo}`
  const picture = await uploadMedia(app, 'image', {
    fileName: `${name}.png`,
    contentType: 'image/png',
    bytes: await pictureOf(content),
  })
  const table = await uploadMedia(app, 'file', {
    fileName: `${name}.csv`,
    contentType: 'text/csv',
    bytes: tableOf(content.rows),
  })
  const media = { picture: picture.mediaId, table: table.mediaId }
  content.media = { ...content.media, [corp]: media }
  await keep(ctx, mine, content)
  return media
}

/** Spreadsheets tell UTF-8 by its mark. */
const tableOf = (rows: readonly Line[]): Buffer =>
  Buffer.from(`\uFEFF${rows.map(({ name, value, change, target }) => csvLine([name, value, change, target])).join('')}`)

const own = (ctx: Context, id: number) => ctx.db.updateTable('boardSendings').where('tenantId', '=', ctx.tenantId).where('id', '=', id)

const markSent = async (ctx: Context, id: number): Promise<void> => {
  await own(ctx, id).set({ state: 'sent', sentAt: ctx.now(), error: null, problem: null }).execute()
}

/** Only of one's own try: whoever goes on with another one says what became of that. */
async function fail(ctx: Context, { id, attempts }: Planned, error: Error & { code?: string; status?: number }): Promise<void> {
  const waitFor = waitMinutes[attempts - 1]
  const isFinal = waitFor === undefined || error.code?.startsWith('board.') === true || error.status === 404
  ctx.log.warn({ err: error, sending: id, attempts }, 'a board was not sent')
  await own(ctx, id)
    .set({
      error: error.message.slice(0, 500),
      problem: error.code ?? null,
      ...(isFinal ? { state: 'failed', nextTryAt: null } : { nextTryAt: minutesFrom(ctx, waitFor) }),
    })
    .where('attempts', '=', attempts)
    .where('state', '=', 'planned')
    .execute()
}

const uuidOf = (text: string): string =>
  createHash('sha256')
    .update(text)
    .digest('hex')
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
