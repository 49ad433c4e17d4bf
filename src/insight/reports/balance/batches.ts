import { z } from 'zod'
import { publicId } from '#platform/ids.ts'
import { scanOrders } from '../orders.ts'
import type { Scope } from '../scope.ts'
import { type Bindings, bindings, scanEvents } from '../sql.ts'
import { datesOf } from './orders.ts'
import type { BalanceReport, BalanceResult } from './schema.ts'

/** A batch of parcel cards is a live code of a channel of that kind: who came through it in the dates, had bought before, bought again. */
export async function countBatches(scope: Scope, report: BalanceReport): Promise<BalanceResult['batches']> {
  const channels = await parcelChannels(scope)
  if (channels.length === 0) return []
  const bind = bindings()
  const rows = await scope.ask({
    params: bind.params,
    row: z.object({ code: z.string(), name: z.string(), added: z.number(), buyers: z.number(), repeated: z.number(), open: z.number() }),
    sql: `select code, any(codeName) as name, count() as added, countIf(bought) as buyers, countIf(bought and again) as repeated, countIf(bought and isOpen) as open
      from ${batchSql(bind, scope, report, channels)} group by code order by added desc, code`,
  })
  return rows.map(({ code, ...row }) => ({ code: /^\d+$/.test(code) ? publicId(scope.ctx, 'lco', Number(code)) : code, ...row }))
}

async function parcelChannels({ ctx }: Scope): Promise<string[]> {
  const rows = await ctx.db
    .selectFrom('channels')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('kind', '=', 'parcel_card')
    .execute()
  return rows.map(({ id }) => String(id))
}

/** One row a batch and person. */
function batchSql(bind: Bindings, scope: Scope, report: BalanceReport, channels: readonly string[]): string {
  const { tenantId, among } = scope.scan(report)
  const until = bind.integer(report.repeatDays * 86_400_000)
  const adds = `(select who, properties['code'] as code, any(properties['codeName']) as codeName, min(ms) as since
    from ${scanEvents(bind, { tenantId, among, names: ['live_code.added'], ...datesOf(scope, report) })}
    where who != 0 and has(${bind.texts(channels)}, channel) group by who, code)`
  const orders = `(select who, groupArray(ms) as paidAt from ${scanOrders(bind, { tenantId, among, currency: report.currency })} where who != 0 and paid > 0 group by who)`
  return `(select a.code as code, a.codeName as codeName, arrayExists(m -> m <= a.since, o.paidAt) as bought,
      arrayExists(m -> m > a.since and m <= a.since + ${until}, o.paidAt) as again, not again and a.since + ${until} > ${bind.integer(scope.ctx.now().getTime())} as isOpen
    from ${adds} as a left join ${orders} as o on a.who = o.who)`
}
