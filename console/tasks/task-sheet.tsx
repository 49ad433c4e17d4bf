import { Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useComplete, usePostpone } from '#console/tasks/queries.ts'
import { sourceText, TaskState } from '#console/tasks/task-state.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { CopyText, Words } from '#console/ui/copy-text.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Facts, Row, Stack } from '#console/ui/page.tsx'
import { PersonLink } from '#console/ui/person-link.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { TimeField } from '#console/ui/time-field.tsx'
import { When } from '#console/ui/when.tsx'
import type { Task } from '#operation/tasks/schema.ts'

/** One task: what to say, to whom, and how it ended. */
export function TaskSheet({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useText()
  const may = useMay()('tasks.write')
  return (
    <SideSheet open onClose={onClose} title={task.title} actions={<TaskState task={task} t={t} />}>
      <Stack>
        {task.script && (
          <>
            <Words>{task.script}</Words>
            <Row>
              <CopyText text={task.script} name={t('tasks.copyScript')} />
              {task.customer && <Button href="wxwork://">{t('tasks.openWecom')}</Button>}
            </Row>
          </>
        )}
        <Facts
          items={[
            ...(task.customer ? [{ name: t('tasks.customer'), value: <PersonLink {...task.customer} /> }] : []),
            { name: t('tasks.employee'), value: task.employee?.name ?? t('tasks.nobody') },
            { name: t('tasks.dueAt'), value: <Due task={task} may={may} /> },
            ...(task.escalatedTo ? [{ name: t('tasks.escalatedTo'), value: task.escalatedTo.name }] : []),
            { name: t('tasks.source'), value: sourceText(task, t) },
            ...(task.url ? [{ name: t('tasks.link'), value: <CopyId value={task.url} /> }] : []),
            { name: t('tasks.createdAt'), value: <When at={task.createdAt} /> },
            ...(task.endedAt ? [{ name: t('tasks.endedAt'), value: <When at={task.endedAt} /> }] : []),
            ...(task.endedBy ? [{ name: t('tasks.endedBy'), value: task.endedBy }] : []),
            ...(task.note ? [{ name: t('tasks.remark'), value: task.note }] : []),
          ]}
        />
        {may && task.state === 'open' && <Finish task={task} onClose={onClose} />}
      </Stack>
    </SideSheet>
  )
}

/** When it is due, and another time for it; a marketing task ends with its campaign. */
function Due({ task, may }: { task: Task; may: boolean }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const postpone = usePostpone()
  const canChange = may && task.state === 'open' && task.kind !== 'marketing'
  return (
    <Row>
      <When at={task.dueAt} />
      {canChange && (
        <Button size="small" onClick={() => setOpen(true)}>
          {t('tasks.postpone')}
        </Button>
      )}
      <FormDrawer<{ dueAt: string | null }>
        title={t('tasks.postpone')}
        open={open}
        onClose={() => setOpen(false)}
        initial={{ dueAt: task.dueAt }}
        onSubmit={({ dueAt }) => postpone.mutateAsync({ id: task.id, dueAt })}
      >
        <Form.Item name="dueAt" label={t('tasks.dueAt')} extra={t('tasks.postponeHint')}>
          <TimeField />
        </Form.Item>
      </FormDrawer>
    </Row>
  )
}

function Finish({ task, onClose }: { task: Task; onClose: () => void }) {
  const { t } = useText()
  const run = useRun()
  const complete = useComplete()
  const [note, setNote] = useState('')
  const finish = (result: 'done' | 'skipped') =>
    void run(() => complete.mutateAsync({ id: task.id, result, ...(note.trim() && { note }) }), t('tasks.done')).then(
      (done) => done && onClose(),
    )
  return (
    <Stack>
      <Input.TextArea
        aria-label={t('tasks.remark')}
        placeholder={t('tasks.remarkHint')}
        maxLength={500}
        autoSize={{ minRows: 2 }}
        value={note}
        onChange={(event) => setNote(event.target.value)}
      />
      <Row>
        <Button type="primary" loading={complete.isPending} onClick={() => finish('done')}>
          {t('tasks.complete')}
        </Button>
        <Button onClick={() => finish('skipped')}>{t('tasks.skip')}</Button>
      </Row>
    </Stack>
  )
}
