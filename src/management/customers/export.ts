import { openPhone } from '#management/identity/values.ts'
import type { Context } from '#platform/context.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { majorNumber } from '#platform/money.ts'
import { customerIdsAfter, describeCustomers, parseFilter } from './queries.ts'

const pageRows = 500

/** Customers as the list shows them to the asker; phone numbers masked unless the asker may reveal them. */
export const customersExport: ExportKind = {
  name: 'customers',
  title: { zh: '客户', en: 'Customers' },
  permission: 'customers.read',
  columns: [
    { zh: '姓名', en: 'Name' },
    { zh: '性别', en: 'Gender' },
    { zh: '公司', en: 'Company' },
    { zh: '手机号', en: 'Phone' },
    { zh: '标签', en: 'Tags' },
    { zh: '跟进员工', en: 'Followed by' },
    { zh: '渠道', en: 'Channel' },
    { zh: '添加时间', en: 'First added' },
    { zh: '最近活跃', en: 'Last active' },
    { zh: '订单数', en: 'Orders' },
    { zh: '净消费', en: 'Net paid' },
    { zh: '币种', en: 'Currency' },
  ],
  check: ({ filter }) => void filterOf(filter),
  async *rows(ctx, { filter, q }, { revealPhone }) {
    const query = { filter: filterOf(filter), q }
    for (let after = 0; ; ) {
      const ids = await customerIdsAfter(ctx, query, after, pageRows)
      const last = ids.at(-1)
      if (last === undefined) return
      after = last
      const phones = revealPhone ? await phonesOf(ctx, ids) : undefined
      const items = await describeCustomers(ctx, ids)
      yield items.map((item, i) => [
        item.name,
        item.gender,
        item.company,
        phones ? (phones.get(ids[i] ?? 0) ?? null) : item.phoneMasked,
        item.tags.map(({ name }) => name).join('、'),
        item.followers.map(({ employee }) => employee.name).join('、'),
        item.channel?.name ?? null,
        new Date(item.firstAddedAt),
        item.lastActiveAt ? new Date(item.lastActiveAt) : null,
        item.ordersCount,
        majorNumber(item.paidMinor, item.currency),
        item.currency,
      ])
    }
  },
}

const filterOf = (filter: unknown) => parseFilter(filter === undefined || filter === null ? undefined : JSON.stringify(filter))

/** The first whole number of each canonical's members. */
async function phonesOf(ctx: Context, ids: readonly number[]): Promise<Map<number, string>> {
  const rows = await ctx.db
    .selectFrom('identities as i')
    .innerJoin('customers as c', (join) => join.onRef('c.tenantId', '=', 'i.tenantId').onRef('c.id', '=', 'i.customerId'))
    .select(['c.canonicalId', 'i.sealed'])
    .where('i.tenantId', '=', ctx.tenantId)
    .where('i.kind', '=', 'phone')
    .where('c.canonicalId', 'in', [...ids])
    .orderBy('i.createdAt', 'desc')
    .execute()
  return new Map(rows.flatMap(({ canonicalId, sealed }) => (sealed ? [[canonicalId, openPhone(ctx, sealed)] as const] : [])))
}
