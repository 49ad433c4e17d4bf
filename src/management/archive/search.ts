import { sql } from 'kysely'
import { z } from 'zod'
import { membersOf } from '#management/identity/queries.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { dayRange, parseDay } from '#platform/time.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { nameOf, type PersonRow, personIn, personOf } from './people.ts'
import { shownText } from './queries.ts'
import type { SearchHit, SearchQuery, TalkKind } from './schema.ts'
import { gramsAsked, snippetOf, textOf, wordsAsked } from './words.ts'

export type HitRow = {
  id: number
  at: Date
  key: string
  type: string
  body: unknown
  sender: PersonRow
  recalled: boolean
  talkId: number
  kind: TalkKind
  name: string
  others: PersonRow[] | null
}

const Place = z.tuple([z.iso.datetime({ offset: true }), z.int()])

/** Messages in which all words stand, the newest first, as far as the actor may see. */
export async function searchMessages(ctx: Context, query: SearchQuery): Promise<{ items: SearchHit[]; next: string | null }> {
  const page = await searchRows(ctx, query)
  const words = wordsAsked(query.q ?? '')
  return { items: page.items.map((row) => hit(ctx, row, words)), next: page.next }
}

/** The rows behind it, also for taking them away as a file. */
export async function searchRows(ctx: Context, query: SearchQuery): Promise<{ items: HitRow[]; next: string | null }> {
  const words = wordsAsked(query.q ?? '')
  const people = ctx.actor.scope === 'all' ? null : [...ctx.actor.scope]
  const asked = JSON.stringify(await conditionsOf(ctx, query))
  const { rows } = await sql<HitRow>`
    with chosen as materialized (
      select m.*, m.sender as member, m.sender_kind as kind from search_archive(${asked}::jsonb, ${gramsAsked(words)}::text[], ${words}::text[], ${people}::int[], ${query.limit + 1}) as found(id)
      join archive_messages m on m.tenant_id = ${ctx.tenantId} and m.id = found.id
    )
    select m.id, m.at, to_char(m.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as key, m.type, m.body, m.recalled_at is not null as recalled,
      ${personIn(ctx, 'm')} as sender, t.id as talk_id, t.kind, t.name,
      (select jsonb_agg(${personIn(ctx, 'p')} order by p.kind, p.member)
        from (select * from archive_people p where p.tenant_id = t.tenant_id and p.talk_id = t.id order by p.kind, p.member limit 3) p) as others
    from chosen m join archive_talks t on t.tenant_id = m.tenant_id and t.id = m.talk_id
    order by m.at desc, m.id desc`.execute(ctx.db)
  return toPage(rows, query.limit, ({ key, id }) => [key, id])
}

async function conditionsOf(ctx: Context, query: SearchQuery): Promise<Record<string, unknown>> {
  const { employee, customer, talk, corp, from, type, dateFrom, dateTo } = query
  const after = decodeCursor(Place, query.cursor)
  return {
    ...(employee && { employee: internalId(ctx, 'emp', employee) }),
    ...(customer && { customers: await membersOf(ctx, internalId(ctx, 'cus', customer)) }),
    ...(talk && { talk: internalId(ctx, 'art', talk) }),
    ...(corp && { corp: internalId(ctx, 'cor', corp) }),
    ...(from && { from }),
    ...(type && { type }),
    ...((dateFrom || dateTo) && (await daysOf(ctx, dateFrom, dateTo))),
    ...(after && { beforeAt: after[0], beforeId: after[1] }),
  }
}

async function daysOf(ctx: Context, dateFrom: string | undefined, dateTo: string | undefined) {
  const timezone = await timezoneOf(ctx)
  if (dateFrom && dateTo) {
    const { from, to } = dayRange(dateFrom, dateTo, timezone)
    return { since: from.toISOString(), until: to.toISOString() }
  }
  return dateFrom
    ? { since: parseDay(dateFrom, timezone, 'dateFrom').toJSDate().toISOString() }
    : { until: dayRange(dateTo ?? '', dateTo ?? '', timezone).to.toISOString() }
}

function hit(ctx: Context, row: HitRow, words: readonly string[]): SearchHit {
  const sender = personOf(ctx, row.sender)
  return {
    id: publicId(ctx, 'arm', row.id),
    at: row.at.toISOString(),
    type: row.type,
    sender: { kind: sender.kind, name: sender.name },
    recalled: row.recalled,
    pieces: snippetOf(shownText(ctx, textOf(row.body)), words),
    talk: { id: publicId(ctx, 'art', row.talkId), kind: row.kind, name: talkName(row) },
  }
}

/** What a room is called, else who takes part. */
export const talkName = ({ name, others }: Pick<HitRow, 'name' | 'others'>): string => name || (others ?? []).map(nameOf).join('、')
