import type { Translate } from '#console/i18n/i18n.ts'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { Task } from '#operation/tasks/schema.ts'

export const TaskState = ({ task, t }: { task: Task; t: Translate }) => {
  if (task.state !== 'open') return <Badge tone={task.state === 'done' ? 'good' : 'quiet'}>{t(`tasks.states.${task.state}`)}</Badge>
  if (task.isOverdue) return <Badge tone="bad">{t('tasks.states.overdue')}</Badge>
  return <Badge tone="plain">{t('tasks.states.open')}</Badge>
}

/** Where it comes from: 营销任务「春季上新」. */
export const sourceText = ({ source }: Task, t: Translate): string =>
  source.name ? t('tasks.sourceNamed', { kind: t(`tasks.sources.${source.kind}`), name: source.name }) : t(`tasks.sources.${source.kind}`)
