import { CloudSyncOutlined } from '@ant-design/icons'
import { useQuery } from '@tanstack/react-query'
import { Badge, Button, Popover, Progress } from 'antd'
import { get, type Page } from '#console/api/client.ts'
import { keyOf } from '#console/api/query.ts'
import { useMay } from '#console/api/session.ts'
import { textOr, useText } from '#console/i18n/i18n.ts'

export interface Task {
  id: string
  kind: 'import' | 'export'
  name: string
  state: string
  done: number
  total: number | null
  file?: string
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
  const percent = task.total ? Math.min(100, Math.round((task.done / task.total) * 100)) : 0
  return (
    <li>
      <div className="row between">
        <span>{task.name}</span>
        {task.file && task.state === 'done' ? (
          <a href={task.file} download>
            {t('ui.download')}
          </a>
        ) : (
          <span className="note">{textOr(`shell.state.${task.state}`, task.state)}</span>
        )}
      </div>
      {isRunning(task) && <Progress percent={percent} size="small" status="active" showInfo={task.total !== null} />}
    </li>
  )
}

interface ImportRow {
  id: string
  kind: string
  state: string
  fileName?: string
  progress?: { read?: number; total?: number | null }
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
        latest<ImportRow>('imports', may('imports.read')),
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

const ofImport = (row: ImportRow): Task => ({
  id: row.id,
  kind: 'import',
  name: textOr('shell.importOf', row.kind, { name: row.fileName ?? textOr(`shell.what.${row.kind}`, row.kind) }),
  state: row.state,
  done: row.progress?.read ?? 0,
  total: row.progress?.total ?? null,
})

const ofExport = (row: ExportRow): Task => ({
  id: row.id,
  kind: 'export',
  name: textOr('shell.exportOf', row.what, { name: textOr(`shell.what.${row.what}`, row.what) }),
  state: row.state,
  done: row.rows ?? 0,
  total: row.total ?? null,
  file: `/api/v1/exports/${row.id}/file`,
})
