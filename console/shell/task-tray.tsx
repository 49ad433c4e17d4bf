import { CloudSyncOutlined } from '@ant-design/icons'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Badge, Button, Popover, Progress } from 'antd'
import { apiBase, get, type Page, remove } from '#console/api/client.ts'
import { keyOf } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
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
}

const isRunning = (task: Task): boolean => ['waiting', 'queued', 'running'].includes(task.state)

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

function useTasks(): Task[] {
  const may = useMay()
  const { data } = useQuery({
    queryKey: keyOf('tasks'),
    queryFn: async (): Promise<Task[]> => {
      const [imports, exports] = await Promise.all([
        latest<ImportView>('imports', may('imports.read')),
        latest<ExportRow>('exports', may('exports.read')),
      ])
      return [...imports.map(ofImport), ...exports.map(ofExport)]
    },
    // Quick while something runs, slow otherwise.
    refetchInterval: (query) => (query.state.data?.some(isRunning) ? 2_000 : 30_000),
  })
  return data ?? []
}

const latest = <Row,>(path: string, allowed: boolean): Promise<Row[]> =>
  allowed
    ? get<Page<Row>>(path, { limit: 5 }).then(
        (page) => page.items,
        () => [],
      )
    : Promise.resolve([])

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
