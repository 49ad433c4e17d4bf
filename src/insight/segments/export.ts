import { z } from 'zod'
import { customersExport } from '#management/customers/export.ts'
import { appError } from '#platform/errors.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { memberIds } from './queries.ts'

const most = 500

/** Everybody in a segment, with the columns of the list of customers. */
export const segmentMembersExport: ExportKind = {
  ...customersExport,
  name: 'segment-members',
  title: { zh: '人群成员', en: 'Members of a segment' },
  permission: 'segments.read',
  check: ({ filter }) => void segmentOf(filter),
  async *rows(ctx, { filter }, options) {
    const ids = await memberIds(ctx, internalId(ctx, 'seg', segmentOf(filter)))
    for (let start = 0; start < ids.length; start += most) {
      const some = ids.slice(start, start + most).map((id) => publicId(ctx, 'cus', id))
      yield* customersExport.rows(ctx, { filter: { customer: { in: some } } }, options)
    }
  },
}

function segmentOf(filter: unknown): string {
  const read = z.object({ segment: z.string().max(60) }).safeParse(filter)
  if (!read.success) throw appError('filter.invalid', { message: 'Say which segment.', field: 'filter', cause: read.error })
  return read.data.segment
}
