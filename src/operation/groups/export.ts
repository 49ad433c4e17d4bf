import { appError } from '#platform/errors.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { listGroups } from './queries.ts'
import { GroupQuery } from './schema.ts'

const pageRows = 200

/** Groups as the list shows them to the asker. */
export const groupsExport: ExportKind = {
  name: 'groups',
  title: { zh: '客户群', en: 'Groups' },
  permission: 'groups.read',
  columns: [
    { zh: '群名', en: 'Name' },
    { zh: '群主', en: 'Owner' },
    { zh: '成员数', en: 'Members' },
    { zh: '客户数', en: 'Customers' },
    { zh: '7 日进群', en: 'Joined in 7 days' },
    { zh: '7 日退群', en: 'Left in 7 days' },
    { zh: '建群时间', en: 'Created' },
    { zh: '解散时间', en: 'Dismissed' },
    { zh: '群标签', en: 'Tags' },
  ],
  check: ({ filter }) => void filterOf(filter),
  async *rows(ctx, { filter, q }) {
    for (let cursor: string | undefined; ; ) {
      const { items, next } = await listGroups(ctx, { ...filterOf(filter), q, limit: pageRows, cursor })
      yield items.map((group) => [
        group.name,
        group.owner?.name ?? null,
        group.membersCount,
        group.customersCount,
        group.joinedWeek,
        group.leftWeek,
        new Date(group.createdAt),
        group.dismissedAt ? new Date(group.dismissedAt) : null,
        group.tags.map(({ name }) => name).join('、'),
      ])
      if (!next) return
      cursor = next
    }
  },
}

const Filter = GroupQuery.pick({ owner: true, state: true, tags: true })

function filterOf(filter: unknown) {
  const read = Filter.safeParse(filter ?? {})
  if (!read.success) throw appError('filter.invalid', { message: 'This is not a filter of groups.', field: 'filter', cause: read.error })
  return read.data
}
