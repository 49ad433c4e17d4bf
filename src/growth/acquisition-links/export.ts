import { z } from 'zod'
import { appError } from '#platform/errors.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { internalId } from '#platform/ids.ts'
import { type AcquiredCustomer, PeopleQuery } from './schema.ts'
import { listPeople } from './statistics.ts'

const chatNames = {
  silent: { zh: '未开口', en: 'No' },
  wrote: { zh: '已开口', en: 'Yes' },
  unknown: { zh: '未知', en: 'Unknown' },
} as const satisfies Record<AcquiredCustomer['chat'], object>

/** Customers of one link, as its page shows them to the asker. */
export const acquiredExport: ExportKind = {
  name: 'acquired-customers',
  title: { zh: '获客链接客户', en: 'Customers of an acquisition link' },
  permission: 'customers.read',
  columns: [
    { zh: '客户', en: 'Customer' },
    { zh: '员工', en: 'Employee' },
    { zh: '投放位置', en: 'Place' },
    { zh: '添加时间', en: 'Added' },
    { zh: '是否开口', en: 'Wrote' },
    { zh: '消息数', en: 'Messages' },
    { zh: '解除时间', en: 'Ended' },
  ],
  check: ({ filter }) => void filterOf(filter),
  async *rows(ctx, { filter }, { language }) {
    const { link, ...asked } = filterOf(filter)
    for (let cursor: string | undefined; ; ) {
      const { items, next } = await listPeople(ctx, internalId(ctx, 'acl', link), { ...asked, limit: 200, cursor })
      yield items.map((one) => [
        one.customer.name,
        one.employee.name,
        one.variant?.name || null,
        new Date(one.addedAt),
        chatNames[one.chat][language],
        one.messages,
        one.endedAt ? new Date(one.endedAt) : null,
      ])
      if (!next) return
      cursor = next
    }
  },
}

const Filter = PeopleQuery.omit({ limit: true, cursor: true }).extend({ link: z.string().min(1).max(60) })

function filterOf(filter: unknown) {
  const read = Filter.safeParse(filter ?? {})
  if (!read.success)
    throw appError('filter.invalid', { message: 'Name the link whose customers are wanted.', field: 'filter', cause: read.error })
  return read.data
}
