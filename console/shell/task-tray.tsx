import { CloudSyncOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Badge, Button, Popover, Progress } from 'antd'
import { apiBase, get, type Page, post, remove } from '#console/api/client.ts'
import { keyOf } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import type { BulkJob } from '#management/customers/schema.ts'
import type { ImportView } from '#platform/imports/schema.ts'

interface Task {
  id: string
  name: string
  state: string
  done: number
  total: number | null
  /** How it goes, or how it went. */
  note: string
  file?: { url: string; name: string }
  cancel?: () => Promise<unknown>
  undo?: () => Promise<unknown>
}

const runningStates = ['waiting', 'queued', 'running']

const isRunning = (task: Task): boolean => runningStates.includes(task.state)

/** Long work goes on when its page is closed; here it can be followed, and fetched when it is done. */
export function TaskTray() {
  const { t } = useText()
  const tasks = useTasks()
  const running = tasks.filter(isRunning).length
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={t('shell.tasks')}
      content={
        <ul className="tasks">
          {tasks.length === 0 && <li className="note">{t('shell.noTasks')}</li>}
          {tasks.map((task) => (
            <TaskLine key={task.id} task={task} />
          ))}
        </ul>
      }
    >
      <Badge count={running} size="small" offset={[-6, 6]}>
        <Button type="text" icon={<CloudSyncOutlined />} aria-label={t('shell.tasksRunning', { count: running })} />
      </Badge>
    </Popover>
  )
}

function TaskLine({ task }: { task: Task }) {
  const { t } = useText()
  const run = useRun()
  const client = useQueryClient()
  const { cancel } = task
  const percent = task.total ? Math.min(100, Math.round((task.done / task.total) * 100)) : 0
  return (
    <li>
      <div className="row between">
        <span>{task.name}</span>
        <span className="note">{textOr(`shell.state.${task.state}`, task.state)}</span>
      </div>
      {isRunning(task) && <Progress percent={percent} size="small" status="active" showInfo={task.total !== null} />}
      <div className="row between">
        <span className="note">{task.note}</span>
        {task.file && (
          <a href={task.file.url} download>
            {task.file.name}
          </a>
        )}
        {isRunning(task) && cancel && (
          <Button
            type="link"
            size="small"
            onClick={() =>
              void run(() => cancel().then(() => client.invalidateQueries({ queryKey: ['tasks'] })), t('shell.state.cancelled'))
            }
          >
            {t('shell.cancelTask')}
          </Button>
        )}
        {task.undo && <UndoTask undo={task.undo} />}
      </div>
    </li>
  )
}

interface ExportRow {
  id: string
  what: string
  state: string
  rows?: number
  total?: number | null
}

interface Work {
  imports: ImportView[]
  exports: ExportRow[]
  bulk: BulkJob[]
}

function useTasks(): Task[] {
  const may = useMay()
  const client = useQueryClient()
  const tellEnd = useTellEnd()
  const key = keyOf('tasks')
  const { data } = useQuery({
    queryKey: key,
    queryFn: async (): Promise<Work> => {
      const [imports, exports, bulk] = await Promise.all([
        latest<ImportView>('imports', may('imports.read')),
        latest<ExportRow>('exports', may('exports.read')),
        latest<BulkJob>('customers/bulk', may('customers.write')),
      ])
      const before = client.getQueryData<Work>(key)
      const work = { imports, exports, bulk }
      if (before) tellEnd(endedSince(before, work))
      return work
    },
    // Quick while something runs, slow otherwise.
    refetchInterval: (query) => (query.state.data && tasksOf(query.state.data).some(isRunning) ? 2_000 : 30_000),
  })
  return data ? tasksOf(data) : []
}

const tasksOf = ({ imports, exports, bulk }: Work): Task[] =>
  [...bulk.map(ofBulk), ...imports.map(ofImport), ...exports.map(ofExport)].sort((a, b) => Number(isRunning(b)) - Number(isRunning(a)))

/** What has ended between two looks, also what began and ended between them. */
function endedSince(before: Work, now: Work): Work {
  const known = new Set(
    [...before.imports, ...before.exports, ...before.bulk].filter(({ state }) => !runningStates.includes(state)).map(({ id }) => id),
  )
  const isNew = ({ id, state }: { id: string; state: string }) => !runningStates.includes(state) && !known.has(id)
  return { imports: now.imports.filter(isNew), exports: now.exports.filter(isNew), bulk: now.bulk.filter(isNew) }
}

/** Whatever the work changed is read again, and what was done to many people can be taken back at once. */
function useTellEnd() {
  const client = useQueryClient()
  const { notification } = App.useApp()
  const { t } = useText()
  return ({ imports, exports, bulk }: Work) => {
    const touched = [
      ...(bulk.length > 0 ? ['customers', 'tag-groups', 'tags'] : []),
      ...(imports.length > 0 ? ['imports', 'customers', 'orders', 'tag-groups', 'overview', 'merges', 'merge-reviews'] : []),
      ...(exports.length > 0 ? ['exports'] : []),
    ]
    for (const noun of touched) void client.invalidateQueries({ queryKey: [noun] })
    for (const job of bulk) {
      const task = ofBulk(job)
      notification[job.state === 'failed' ? 'error' : 'success']({
        key: job.id,
        title: task.name,
        description: task.note,
        duration: 10,
        placement: 'bottomRight',
        actions: task.undo && <UndoTask undo={task.undo} done={() => notification.destroy(job.id)} />,
        closable: { 'aria-label': t('ui.close') },
      })
    }
  }
}

function UndoTask({ undo, done }: { undo: () => Promise<unknown>; done?: () => void }) {
  const { t } = useText()
  const run = useRun()
  const client = useQueryClient()
  return (
    <Button
      type="link"
      size="small"
      onClick={() =>
        void run(() => undo().then(() => client.invalidateQueries({ queryKey: ['tasks'] })), t('shell.undoStarted')).then(() => done?.())
      }
    >
      {t('shell.undo')}
    </Button>
  )
}

const latest = <Row,>(path: string, allowed: boolean): Promise<Row[]> =>
  allowed
    ? get<Page<Row>>(path, { limit: 5 }).then(
        (page) => page.items,
        () => [],
      )
    : Promise.resolve([])

const ofBulk = (job: BulkJob): Task => {
  const tag = job.tag?.name ?? textOr('shell.deletedTag', '')
  return {
    id: job.id,
    name: textOr(`shell.bulk.${job.undoes ? 'undo' : job.action}`, job.action, { tag }),
    state: job.state,
    done: job.done,
    total: job.total,
    note: bulkNote(job),
    cancel: () => remove(`customers/bulk/${job.id}`),
    ...(job.undoable && !job.undoes ? { undo: () => post(`customers/bulk/${job.id}/undo`) } : {}),
  }
}

function bulkNote({ state, done, total, changed, action }: BulkJob): string {
  if (runningStates.includes(state))
    return total === null ? '' : textOr('shell.bulkProgress', '', { done: exactNumber(done), total: exactNumber(total) })
  const same = Math.max(0, done - changed)
  return [
    textOr(`shell.bulkResult.${action}`, '', { changed: exactNumber(changed) }),
    same > 0 && textOr(`shell.bulkSame.${action}`, '', { same: exactNumber(same) }),
  ]
    .filter(Boolean)
    .join(' · ')
}

const ofImport = (row: ImportView): Task => ({
  id: row.id,
  name: textOr('shell.importOf', row.kind, { name: row.fileName }),
  state: row.state,
  done: row.progress.read,
  total: row.progress.total,
  note: importNote(row),
  cancel: () => remove(`imports/${row.id}`),
  ...(row.state === 'done' && row.counts.rejected > 0
    ? {
        file: {
          url: `${apiBase}imports/${row.id}/rejected`,
          name: textOr('shell.rejectedRows', '', { count: exactNumber(row.counts.rejected) }),
        },
      }
    : {}),
})

function importNote({ state, progress, counts, error }: ImportView): string {
  if (error) return error.message
  const { imported, updated, unchanged } = counts
  if (state !== 'running')
    return state === 'waiting'
      ? ''
      : textOr('shell.importResult', '', {
          imported: exactNumber(imported),
          updated: exactNumber(updated),
          unchanged: exactNumber(unchanged),
        })
  const rate = textOr('shell.rate', '', { rate: exactNumber(Math.round(progress.rowsPerSecond)) })
  if (progress.remainingSeconds === null) return rate
  const minutes = Math.ceil(progress.remainingSeconds / 60)
  return `${rate} · ${textOr(minutes > 1 ? 'shell.minutesLeft' : 'shell.minuteLeft', '', { minutes })}`
}

const ofExport = (row: ExportRow): Task => ({
  id: row.id,
  name: textOr('shell.exportOf', row.what, { name: textOr(`shell.what.${row.what}`, row.what) }),
  state: row.state,
  done: row.rows ?? 0,
  total: row.total ?? null,
  note: row.rows === undefined ? '' : textOr('shell.rows', '', { count: exactNumber(row.rows) }),
  ...(row.state === 'done' ? { file: { url: `${apiBase}exports/${row.id}/file`, name: textOr('ui.download', '') } } : {}),
})
