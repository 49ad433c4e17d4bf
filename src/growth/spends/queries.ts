import { sql } from 'kysely'
import { z } from 'zod'
import { channelsBelow } from '#growth/channels/queries.ts'
import type { Context } from '#platform/context.ts'
import { decodeCursor, toPage } from '#platform/http/paging.ts'
import { internalId, publicId } from '#platform/ids.ts'
import type { SpendKind, SpendList, SpendQuery } from './schema.ts'

type Row = {
  day: string
  channelId: number
  channelName: string
  kind: SpendKind
  item: string
  nth: number
  amountMinor: number
  currency: string
}

const Place = z.tuple([z.string(), z.int(), z.string(), z.string(), z.int(), z.string()])

/** What was spent, the latest day first; of a channel with everything below it. */
export async function listSpends(
  ctx: Context,
  { from, to, channel, limit, cursor }: z.infer<typeof SpendQuery>,
): Promise<z.infer<typeof SpendList>> {
  const among = channel === undefined ? null : await channelsBelow(ctx, internalId(ctx, 'cha', channel))
  const after = decodeCursor(Place, cursor)
  const [day, ...rest] = after ?? ['0001-01-01', 0, '', '', 0, '']
  const { rows } = await sql<Row>`
    select to_char(s.day, 'YYYY-MM-DD') as day, s.channel_id, c.name as channel_name, s.kind, s.item, s.nth, s.amount_minor, s.currency
    from channel_spends s join channels c on c.tenant_id = s.tenant_id and c.id = s.channel_id
    where s.tenant_id = ${ctx.tenantId}
      and (${from ?? null}::date is null or s.day >= ${from ?? null}::date) and (${to ?? null}::date is null or s.day <= ${to ?? null}::date)
      and (${among}::int[] is null or s.channel_id = any(${among}::int[]))
      and (${after === undefined} or s.day < ${day}::date or (s.day = ${day}::date and (s.channel_id, s.kind, s.item, s.nth, s.currency) > (${sql.join(rest)})))
    order by s.day desc, s.channel_id, s.kind, s.item, s.nth, s.currency limit ${limit + 1}`.execute(ctx.db)
  const { items, next } = toPage(rows, limit, (row) => [row.day, row.channelId, row.kind, row.item, row.nth, row.currency])
  return {
    items: items.map((row) => ({
      day: row.day,
      channel: { id: publicId(ctx, 'cha', row.channelId), name: row.channelName },
      kind: row.kind,
      item: row.item || null,
      amountMinor: row.amountMinor,
      currency: row.currency,
    })),
    next,
  }
}
