import { appError } from '#platform/errors.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { listTasks } from './queries.ts'
import { TaskQuery } from './schema.ts'

const pageRows = 200

/** Tasks as the list shows them to the asker. */
export const tasksExport: ExportKind = {
  name: 'tasks',
  title: { zh: '员工任务', en: 'Tasks' },
  permission: 'tasks.read',
  columns: [
    { zh: '任务', en: 'Task' },
    { zh: '状态', en: 'State' },
    { zh: '员工', en: 'Employee' },
    { zh: '客户', en: 'Customer' },
    { zh: '来源', en: 'Source' },
    { zh: '来源名称', en: 'Name of the source' },
    { zh: '截止时间', en: 'Due' },
    { zh: '创建时间', en: 'Made' },
    { zh: '结束时间', en: 'Ended' },
    { zh: '结束人', en: 'Ended by' },
    { zh: '备注', en: 'Note' },
  ],
  check: ({ filter }) => void filterOf(filter),
  async *rows(ctx, { filter, q }) {
    for (let cursor: string | undefined; ; ) {
      const { items, next } = await listTasks(ctx, { ...filterOf(filter), q, limit: pageRows, cursor })
      yield items.map((task) => [
        task.title,
        task.state,
        task.employee?.name ?? null,
        task.customer?.name ?? task.customer?.alias?.value ?? null,
        task.source.kind,
        task.source.name,
        task.dueAt ? new Date(task.dueAt) : null,
        new Date(task.createdAt),
        task.endedAt ? new Date(task.endedAt) : null,
        task.endedBy,
        task.note,
      ])
      if (!next) return
      cursor = next
    }
  },
}

const Filter = TaskQuery.omit({ q: true, limit: true, cursor: true })

function filterOf(filter: unknown) {
  const read = Filter.safeParse(filter ?? {})
  if (!read.success) throw appError('filter.invalid', { message: 'This is not a filter of tasks.', field: 'filter', cause: read.error })
  return read.data
}
