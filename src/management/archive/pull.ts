import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { archiveLimits } from '#connectors/wecom/archive/msgaudit.ts'
import { type ArchiveFault, type ArchiveKeys, type ArchiveRow, type ArchiveSource, openRow } from '#connectors/wecom/archive/source.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { describeError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { checkConsents } from './consents.ts'
import { archiveKeysOf } from './keys.ts'
import { nameRooms } from './names.ts'
import { type Said, saidOf } from './reading.ts'
import type { Rooms } from './rooms.ts'
import { archiveApp, openSource, readSource, type Source } from './sources.ts'
import { saveMessages } from './store.ts'

const idleMs = 500
const leaseSeconds = 120
/** WeCom tells of new messages at most every fifteen seconds. */
const restMs = 15_000
const longestRestMs = 15 * 60_000
/** Pages of one turn; then another corp may have one. */
const pagesAtOnce = 20
const opensAtOnce = 8
const dayMs = 86_400_000

/** Takes the archives of all corps until aborted. Any number of processes may do so side by side. */
export async function runArchive(installation: Installation, rooms: Rooms, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const done = await pullDue(installation, rooms, signal).catch((error) => {
      installation.log.warn({ err: error }, 'the archive rests for a moment')
      return 0
    })
    if (done === 0) await sleep(idleMs, undefined, { signal }).catch(() => undefined)
  }
}

/** One turn of every corp that is due; returns how many were. */
export async function pullDue(installation: Installation, rooms: Rooms, signal?: AbortSignal): Promise<number> {
  const now = installation.now()
  const { rows } = await sql<{ tenantId: number; corp: number }>`
    update archive_sources set lease_until = ${new Date(now.getTime() + leaseSeconds * 1000)}
    where (tenant_id, corp) in (
      select s.tenant_id, s.corp from archive_sources s join wecom_corps c on c.tenant_id = s.tenant_id and c.id = s.corp and c.state = 'active'
      where s.kind = 'sidecar' and s.due_at <= ${now} and (s.lease_until is null or s.lease_until < ${now})
      order by s.due_at limit 4 for update of s skip locked)
    returning tenant_id, corp`.execute(installation.databases.system)
  await Promise.all(
    rows.map(({ tenantId, corp }) =>
      turn(createContext(installation, tenantId, systemActor, `archive-${corp}-${now.getTime()}`), corp, rooms, signal),
    ),
  )
  return rows.length
}

async function turn(ctx: Context, corp: number, rooms: Rooms, signal: AbortSignal | undefined): Promise<void> {
  try {
    const more = await pullCorp(ctx, corp, rooms, { signal })
    await settle(ctx, corp, {
      dueAt: new Date(ctx.now().getTime() + (more ? 0 : restMs)),
      failures: 0,
      errorCode: null,
      errorMessage: null,
    })
  } catch (error) {
    await fail(ctx, corp, error).catch((failed) => ctx.log.error({ err: failed, corp }, 'the archive keeps its lease'))
  }
}

async function fail(ctx: Context, corp: number, error: unknown): Promise<void> {
  const failures = ((await readSource(ctx, corp))?.failures ?? 0) + 1
  const rest = Math.min(longestRestMs, restMs * 2 ** Math.min(failures - 1, 10)) * (0.75 + Math.random() / 2)
  const { code, message } = describeError(error)
  ctx.log.warn({ err: error, corp, failures }, 'the archive could not be taken')
  await settle(ctx, corp, {
    dueAt: new Date(ctx.now().getTime() + rest),
    failures,
    errorCode: code,
    errorMessage: (code === 'internal.error' ? String((error as Error).message) : message).slice(0, 500),
  })
}

type End = { dueAt: Date; failures: number; errorCode: string | null; errorMessage: string | null }

const settle = (ctx: Context, corp: number, end: End) =>
  ctx.db
    .updateTable('archiveSources')
    .set({ ...end, leaseUntil: null })
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .execute()

type Options = { source?: ArchiveSource; signal?: AbortSignal | undefined; limit?: number }

/**
 * Takes what there is: first what waited for a key, then page by page. A page and the number up to which it was taken are one
 * transaction, so that whoever stops anywhere goes on there. True when there is more.
 */
export async function pullCorp(ctx: Context, corp: number, rooms: Rooms, options: Options = {}): Promise<boolean> {
  const row = await readSource(ctx, corp)
  const source = options.source ?? (row && (await openSource(ctx, row)))
  if (!row || !source) return false
  const pull: Pull = {
    source,
    triedAt: ctx.now(),
    keys: archiveKeysOf(ctx, corp),
    tell: rooms.tell,
    tellDirect: rooms.tellDirect,
    limit: options.limit ?? archiveLimits.messagesPerPull,
  }
  await readSealed(ctx, corp, pull)
  let more = true
  for (let pages = 0; more && pages < pagesAtOnce && !options.signal?.aborted; pages++) more = await pullPage(ctx, corp, pull)
  await nameRooms(ctx, corp, rooms, row)
  if (!more) await askConsents(ctx, row)
  return more
}

/** `triedAt`: keys that were saved since then were not known. */
type Pull = { source: ArchiveSource; keys: ArchiveKeys; tell: Rooms['tell']; tellDirect: Rooms['tellDirect']; triedAt: Date; limit: number }

async function pullPage(ctx: Context, corp: number, pull: Pull): Promise<boolean> {
  const { source, limit } = pull
  const row = await readSource(ctx, corp)
  if (!row) return false
  const askedAt = ctx.now()
  const rows = await source.pull(row.seq, limit)
  const { said, sealed } = await openAll(ctx, pull, rows)
  const more = rows.length >= limit
  await inTransaction(ctx, async (ctx) => {
    await moveOn(ctx, row, Math.max(row.seq, ...rows.map(({ seq }) => seq)), more ? undefined : askedAt)
    await noteGap(ctx, row, rows[0]?.seq, askedAt)
    await saveMessages(ctx, corp, said, { newEmployees: true, tell: pull.tell, tellDirect: pull.tellDirect })
    await keepSealed(ctx, corp, sealed, pull.triedAt)
  })
  return more
}

/** Throws when somebody else has taken this page meanwhile: then this transaction must have no effect. */
async function moveOn(ctx: Context, { corp, seq }: Source, next: number, caughtUpAt: Date | undefined): Promise<void> {
  const { numUpdatedRows } = await ctx.db
    .updateTable('archiveSources')
    .set({
      seq: next,
      pulledAt: ctx.now(),
      leaseUntil: new Date(ctx.now().getTime() + leaseSeconds * 1000),
      ...(caughtUpAt && { caughtUpAt }),
    })
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('seq', '=', seq)
    .executeTakeFirst()
  if (numUpdatedRows === 0n) throw new Error('the archive was taken further by another worker')
}

/**
 * WeCom forgets messages after some days. Whoever was away for longer and does not find the very next number has missed some,
 * or may have.
 */
async function noteGap(ctx: Context, { corp, seq, caughtUpAt }: Source, first: number | undefined, now: Date): Promise<void> {
  const forgotten = new Date(now.getTime() - archiveLimits.daysKept * dayMs)
  if (caughtUpAt === null || caughtUpAt >= forgotten || first === seq + 1) return
  await ctx.db
    .insertInto('archiveGaps')
    .values({ tenantId: ctx.tenantId, corp, fromAt: caughtUpAt, toAt: forgotten, notedAt: now })
    .execute()
}

type Sealed = { row: Extract<ArchiveRow, { encrypt_chat_msg: string }>; reason: ArchiveFault['reason'] }

async function openAll(ctx: Context, { source, keys }: Pick<Pull, 'source' | 'keys'>, rows: readonly ArchiveRow[]) {
  const said: Said[] = []
  const sealed: Sealed[] = []
  const waiting = [...rows]
  const worker = async () => {
    for (let row = waiting.shift(); row; row = waiting.shift()) {
      const found = await openRow(source, keys, row)
      if (typeof found !== 'string')
        said.push(saidOf({ msgid: row.msgid, seq: row.seq, type: found.type, message: found.value }, ctx.now()))
      else if (!('plain' in row)) sealed.push({ row, reason: found })
    }
  }
  await Promise.all(Array.from({ length: opensAtOnce }, worker))
  return { said, sealed }
}

async function keepSealed(ctx: Context, corp: number, sealed: readonly Sealed[], triedAt: Date): Promise<void> {
  if (sealed.length === 0) return
  await ctx.db
    .insertInto('archiveSealed')
    .values(
      sealed.map(({ row, reason }) => ({
        tenantId: ctx.tenantId,
        corp,
        msgid: row.msgid,
        seq: row.seq,
        version: row.publickey_ver,
        randomKey: row.encrypt_random_key,
        sealed: row.encrypt_chat_msg,
        reason,
        pulledAt: ctx.now(),
        triedAt,
      })),
    )
    .onConflict((conflict) =>
      conflict
        .columns(['tenantId', 'corp', 'msgid'])
        .doUpdateSet((eb) => ({ reason: eb.ref('excluded.reason'), triedAt: eb.ref('excluded.triedAt') })),
    )
    .execute()
}

/** Messages whose key has come, or was put right, since they were tried last. */
async function readSealed(ctx: Context, corp: number, pull: Pull): Promise<void> {
  for (let after = -1; ; ) {
    const { rows } = await sql<SealedRow>`
      select s.msgid, s.seq, s.version, s.random_key, s.sealed from archive_sealed s
      join archive_keys k on k.tenant_id = s.tenant_id and k.corp = s.corp and k.version = s.version and k.saved_at >= s.tried_at
      where s.tenant_id = ${ctx.tenantId} and s.corp = ${corp} and s.seq > ${after} order by s.seq limit ${archiveLimits.messagesPerPull}`.execute(
      ctx.db,
    )
    if (rows.length === 0) return
    after = rows.at(-1)?.seq ?? after
    const { said, sealed } = await openAll(ctx, pull, rows.map(sealedRow))
    await inTransaction(ctx, async (ctx) => {
      await saveMessages(ctx, corp, said, { newEmployees: true, tell: pull.tell, tellDirect: pull.tellDirect })
      await sql`delete from archive_sealed where tenant_id = ${ctx.tenantId} and corp = ${corp} and msgid = any(${said.map(({ msgid }) => msgid)}::text[])`.execute(
        ctx.db,
      )
      await keepSealed(ctx, corp, sealed, pull.triedAt)
    })
  }
}

type SealedRow = { msgid: string; seq: number; version: number; randomKey: string; sealed: string }

const sealedRow = ({ msgid, seq, version, randomKey, sealed }: SealedRow): ArchiveRow => ({
  msgid,
  seq,
  publickey_ver: version,
  encrypt_random_key: randomKey,
  encrypt_chat_msg: sealed,
})

/** Beside the messages, and never in their way: without an answer the old one stands. */
async function askConsents(ctx: Context, row: Source): Promise<void> {
  const app = await archiveApp(ctx, row)
  if (!app) return
  try {
    await checkConsents(ctx, row.corp, app)
  } catch (error) {
    ctx.log.warn({ err: error, corp: row.corp }, 'nobody could be asked who agreed to the archive')
  }
}

/** WeCom says that there is something new. */
export const pullNow = (ctx: Context, corp: number) =>
  ctx.db
    .updateTable('archiveSources')
    .set({ dueAt: ctx.now() })
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .where('failures', '=', 0)
    .execute()
