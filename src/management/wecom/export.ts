import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { internalId } from '#platform/ids.ts'
import { listRepairs } from './queries.ts'
import { isRepairKind, repairKinds } from './repair-kinds.ts'
import { RepairQuery } from './schema.ts'

const pageRows = 200

/** Repairs of one corp as its page lists them. */
export const repairsExport: ExportKind = {
  name: 'wecom-repairs',
  title: { zh: '企业微信修复记录', en: 'WeCom corrections' },
  permission: 'wecom.read',
  columns: [
    { zh: '时间', en: 'Time' },
    { zh: '改正了什么', en: 'Corrected' },
    { zh: '员工', en: 'Employee' },
    { zh: '外部联系人', en: 'External user' },
    { zh: '客户', en: 'Customer' },
    { zh: '细节', en: 'Details' },
  ],
  check: ({ filter }) => void filterOf(filter),
  async *rows(ctx: Context, { filter }, { language }) {
    const { corp, ...asked } = filterOf(filter)
    for (let cursor: string | undefined; ; ) {
      const { items, next } = await listRepairs(ctx, internalId(ctx, 'cor', corp), { ...asked, limit: pageRows, cursor })
      yield items.map(({ at, kind, userId, externalUserId, customer, details }) => [
        new Date(at),
        isRepairKind(kind) ? repairKinds[kind][language] : kind,
        userId,
        externalUserId,
        customer,
        Object.keys(details).length === 0 ? '' : JSON.stringify(details),
      ])
      if (!next) return
      cursor = next
    }
  },
}

const Filter = RepairQuery.pick({ kind: true, run: true, from: true, to: true }).extend({ corp: z.string() })

function filterOf(filter: unknown) {
  const read = Filter.safeParse(filter ?? {})
  if (!read.success) throw appError('filter.invalid', { message: 'This is not a filter of repairs.', field: 'filter', cause: read.error })
  return read.data
}
