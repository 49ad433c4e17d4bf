import { sql } from 'kysely'
import { z } from 'zod'
import { wordSaid } from '#management/events.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { appendEvents } from '#platform/events/append.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { eventIdOf } from '#platform/events/inbox.ts'
import { publicId } from '#platform/ids.ts'
import { defineJob, enqueue } from '#platform/jobs.ts'
import { lockCorp } from './lock.ts'
import type { WatchedWord } from './schema.ts'
import { folded, gramsAsked } from './words.ts'

/** Every message is held against every word. */
const mostWords = 200
const pageRows = 1000

/** Acts are nothing said. */
export const acts: readonly string[] = ['revoke', 'agree', 'disagree']

/** A message that may be told of: the customer it was said by or to, and by whom. */
export type Heard = { msgid: string; at: Date; words: string; customer: number; byCustomer: boolean; employee: number | null }

type Word = { id: number; word: string; folded: string }

/** Tells who said or was told a watched word, once a message and word, in the transaction that keeps the messages. */
export async function tellWords(ctx: Context, corp: number, heard: readonly Heard[]): Promise<void> {
  const words = heard.length > 0 ? await wordsOf(ctx) : []
  await tell(ctx, corp, words, heard)
}

async function tell(ctx: Context, corp: number, words: readonly Word[], heard: readonly Heard[]): Promise<void> {
  await appendEvents(
    ctx,
    heard.flatMap(({ msgid, at, words: text, customer, byCustomer, employee }) =>
      words
        .filter((one) => text.includes(one.folded))
        .map(({ id, word }) => ({
          id: eventIdOf(`word said ${JSON.stringify([corp, msgid, id])}`),
          name: wordSaid.name,
          at: at.toISOString(),
          customer,
          properties: wordSaid.properties.parse({
            word,
            by: byCustomer ? 'customer' : 'employee',
            ...(employee !== null && { employee }),
          }),
        })),
    ),
  )
}

const wordsOf = (ctx: Context): Promise<Word[]> =>
  ctx.db.selectFrom('archiveWords').select(['id', 'word', 'folded']).where('tenantId', '=', ctx.tenantId).execute()

/** The words that are watched, the newest first. */
export async function listWords(ctx: Context): Promise<WatchedWord[]> {
  const rows = await ctx.db
    .selectFrom('archiveWords')
    .select(['id', 'word', 'createdAt', 'createdBy', 'lookedBackAt'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('id', 'desc')
    .execute()
  return rows.map(({ id, createdAt, lookedBackAt, ...row }) => ({
    ...row,
    id: publicId(ctx, 'wwd', id),
    createdAt: createdAt.toISOString(),
    lookedBack: lookedBackAt !== null,
  }))
}

/** Watches a word from now on, and looks through what is kept for it. */
export const watchWord = (ctx: Context, word: string): Promise<{ id: string }> =>
  inTransaction(ctx, async (ctx) => {
    const text = folded(word).trim()
    if (text === '') throw appError('archive_word.empty', { message: 'A word has a letter at least.', field: 'word' })
    const { count } = await ctx.db
      .selectFrom('archiveWords')
      .select((eb) => eb.fn.countAll<number>().as('count'))
      .where('tenantId', '=', ctx.tenantId)
      .executeTakeFirstOrThrow()
    if (Number(count) >= mostWords)
      throw appError('archive_word.too_many', {
        message: `At most ${mostWords} words are watched. Stop watching one first.`,
        field: 'word',
      })
    const added = await ctx.db
      .insertInto('archiveWords')
      .values({ tenantId: ctx.tenantId, word: word.trim(), folded: text, createdAt: ctx.now(), createdBy: ctx.actor.name })
      .onConflict((conflict) => conflict.columns(['tenantId', 'folded']).doNothing())
      .returning('id')
      .executeTakeFirst()
    if (!added) throw appError('archive_word.exists', { status: 409, message: 'This word is watched already.', field: 'word' })
    await audit(ctx, 'archive.word_watched', undefined, { word: word.trim() })
    await enqueue(ctx, lookBack, { word: added.id }, { key: `word-${added.id}` })
    return { id: publicId(ctx, 'wwd', added.id) }
  })

/** What was told stays told; rules that ask for the word meet nobody new. */
export const dropWord = (ctx: Context, id: number): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .deleteFrom('archiveWords')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('word')
      .executeTakeFirst()
    if (!gone) throw notFound('watched_word')
    await audit(ctx, 'archive.word_dropped', undefined, { word: gone.word })
  })

/** Looks through what was kept before a word was watched. Whatever is told twice on the way is one event. */
export const lookBack = defineJob({
  name: 'archive.look_back',
  payload: z.object({ word: z.int() }),
  async run(ctx, { word: id }, { signal, saved, save }) {
    const word = (await wordsOf(ctx)).find((one) => one.id === id)
    if (!word) return
    await afterEarlierWriters(ctx)
    for (let after = Number(saved.after ?? 0); !signal.aborted; ) {
      const rows = await saidBefore(ctx, word, after)
      for (const [corp, some] of Map.groupBy(rows, (row) => row.corp)) await inTransaction(ctx, (ctx) => tell(ctx, corp, [word], some))
      const last = rows.at(-1)
      if (!last) break
      after = last.id
      await save({ after })
    }
    if (signal.aborted) return
    await ctx.db
      .updateTable('archiveWords')
      .set({ lookedBackAt: ctx.now() })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
  },
})

/** Whoever keeps messages without knowing the word has ended once each corp's lock was had: their messages are found here. */
async function afterEarlierWriters(ctx: Context): Promise<void> {
  const corps = await ctx.db.selectFrom('wecomCorps').select('id').where('tenantId', '=', ctx.tenantId).execute()
  for (const { id } of corps) await inTransaction(ctx, (ctx) => lockCorp(ctx, id))
}

/** As owner of the tables: the index on letters is of no use below row-level security. */
async function saidBefore(ctx: Context, word: Word, after: number): Promise<(Heard & { id: number; corp: number })[]> {
  const { rows } = await sql<Heard & { id: number; corp: number }>`
    select m.id, m.corp, m.msgid, m.at, m.words, m.sender_kind = 'customer' as by_customer, coalesce(m.customer_id, c.customer_id) as customer,
      case when m.sender_kind = 'employee' then m.employee_id else e.employee_id end as employee
    from archive_messages m join archive_talks t on t.tenant_id = m.tenant_id and t.id = m.talk_id
    left join archive_people c on t.kind = 'pair' and m.sender_kind = 'employee' and c.tenant_id = t.tenant_id and c.talk_id = t.id and c.kind = 'customer'
    left join archive_people e on t.kind = 'pair' and m.sender_kind = 'customer' and e.tenant_id = t.tenant_id and e.talk_id = t.id and e.kind = 'employee'
    where m.tenant_id = ${ctx.tenantId} and m.id > ${after} and m.grams @> ${gramsAsked([word.folded])}::text[] and position(${word.folded} in m.words) > 0
      and m.action = 'send' and m.type != all(${[...acts]}::text[]) and coalesce(m.customer_id, c.customer_id) is not null
    order by m.id limit ${pageRows}`.execute(ctx.databases.system)
  return rows
}
