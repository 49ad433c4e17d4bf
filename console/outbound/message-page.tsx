import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form } from 'antd'
import { useRef, useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useTrialsOn } from '#console/experiments/queries.ts'
import { TrialLines } from '#console/experiments/trial-lines.tsx'
import { TryLink } from '#console/experiments/try-link.tsx'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { Audience } from '#console/outbound/audience.tsx'
import { EffectBox } from '#console/outbound/effect.tsx'
import { MessageState, reasonText, sentOf, wordingLetter } from '#console/outbound/labels.tsx'
import { LaterField } from '#console/outbound/later-field.tsx'
import { PreviewBox } from '#console/outbound/preview-box.tsx'
import { useMassTasks, useMessage, useMessageAct, useMessagePreview, useReschedule, useWithdraw } from '#console/outbound/queries.ts'
import { ReviewBox } from '#console/outbound/review-box.tsx'
import { Sends } from '#console/outbound/sends.tsx'
import { StopBar } from '#console/outbound/stop-bar.tsx'
import { StopButton } from '#console/outbound/stop-drawer.tsx'
import { taskErrorText } from '#console/outbound/task-error.ts'
import { WordingPreviews } from '#console/outbound/wording-previews.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Back } from '#console/ui/back.tsx'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Columns, Facts, Page, Section, Stack } from '#console/ui/page.tsx'
import { explained, Problem } from '#console/ui/problem.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { Experiment } from '#operation/experiments/schema.ts'
import type { MassTaskItem, MessageDetail } from '#operation/messages/schema.ts'
import { sendStates } from '#operation/outbound/schema.ts'

const route = getRouteApi('/app/messages/$messageId')

export function MessagePage() {
  const { messageId } = route.useParams()
  const { t } = useText()
  const message = useMessage(messageId)
  return (
    <Page
      title={message.data?.name ?? t('outbound.title')}
      back={<Back to="/messages">{t('outbound.title')}</Back>}
      actions={message.data && <Actions message={message.data} />}
    >
      <StopBar />
      <Awaited read={message}>{(found) => <Message message={found} />}</Awaited>
    </Page>
  )
}

const isBefore = ({ state }: MessageDetail): boolean => state === 'draft' || state === 'review' || state === 'scheduled'

function Message({ message }: { message: MessageDetail }) {
  const { t } = useText()
  const preview = useMessagePreview(message.id, isBefore(message))
  const trials = useTrialsOn(message.id)
  const mayTry = useMay()('experiments.write')
  const wordings = [message.content, ...message.wordings]
  const act = useMessageAct(message.id)
  const asked: Asked = route.useSearch()
  const navigate = useNavigate({ from: '/messages/$messageId' })
  const list = useRef<HTMLDivElement>(null)
  const show = (asked: Asked) => {
    void navigate({ search: asked, replace: true, resetScroll: false })
    if (asked.state) list.current?.scrollIntoView({ block: 'start' })
  }
  return (
    <Stack>
      <Columns shares={[3, 2]}>
        <Stack>
          {isBefore(message) && preview.error && (
            <Section>
              <Problem error={preview.error} retry={() => void preview.refetch()} />
            </Section>
          )}
          {message.state === 'draft' && message.reviewNote && (
            <Alert type="warning" showIcon title={t('journeys.sentBack', { note: message.reviewNote })} />
          )}
          {isBefore(message) && isUntried(message, trials) && (
            <Alert
              type="warning"
              showIcon
              title={t('outbound.untried', { count: wordings.length })}
              action={<TryLink kind="message" on={message} ways={wordings.length} />}
            />
          )}
          {isBefore(message) && preview.data && <PreviewBox preview={preview.data} of={message.id} whom={message.whom} />}
          {message.state === 'review' && (
            <ReviewBox isOwn={message.isOwn} receivers={message.receivers} answer={(body) => act.mutateAsync({ act: 'review', body })} />
          )}
          {!isBefore(message) && <Results message={message} asked={asked} show={show} />}
          {!isBefore(message) && message.whom === 'customers' && (
            <EffectBox of="messages" id={message.id} note={t('outbound.effectNote')} />
          )}
        </Stack>
        <Stack>
          <Section>
            <Facts
              items={[
                { name: t('outbound.state'), value: <MessageState state={message.state} /> },
                ...(message.stopReason
                  ? [{ name: t('outbound.stopReason'), value: explained({ code: message.stopReason, message: message.stopReason }) }]
                  : []),
                { name: t('outbound.whom'), value: t(`outbound.whoms.${message.whom}`) },
                {
                  name: t(message.whom === 'groups' ? 'outbound.groupAudience' : 'outbound.audience'),
                  value: <Audience message={message} />,
                },
                { name: t('outbound.kind'), value: t(`outbound.kinds.${message.kind}`) },
                { name: t('outbound.at'), value: <When at={message.startedAt ?? message.scheduledAt} /> },
                { name: t('outbound.madeBy'), value: message.madeBy },
                ...trialFacts(t, message, trials, mayTry),
                ...(message.approvedBy ? [{ name: t('outbound.approve'), value: message.approvedBy }] : []),
                ...(message.reviewNote ? [{ name: t('outbound.reviewNote'), value: message.reviewNote }] : []),
              ]}
            />
          </Section>
          <WordingPreviews contents={wordings} />
        </Stack>
      </Columns>
      {!isBefore(message) && <Progress message={message} />}
      {!isBefore(message) && (
        <div ref={list}>
          <Section
            flush
            title={t(message.whom === 'groups' ? 'outbound.groupResults' : 'outbound.people')}
            note={asked.state && resultName(t, asked.state, asked.reason)}
            actions={asked.state && <Button onClick={() => show({})}>{t('ui.clearFilters')}</Button>}
          >
            <Sends
              name="message-sends"
              query={{ message: message.id, ...asked }}
              whom={message.whom}
              worded={message.wordings.length > 0}
            />
          </Section>
        </div>
      )}
    </Stack>
  )
}

/** Several wordings need a running trial with as many variants: without one it cannot be submitted. */
const isUntried = ({ wordings }: MessageDetail, trials: readonly Experiment[]): boolean =>
  wordings.length > 0 && !trials.some(({ state, variants }) => state === 'running' && variants.length === 1 + wordings.length)

/** Trials on it; before it leaves, the way to one. */
function trialFacts(t: Translate, message: MessageDetail, trials: readonly Experiment[], mayTry: boolean) {
  const name = t('experiments.onThis')
  if (trials.length > 0) return [{ name, value: <TrialLines trials={trials} /> }]
  // With several wordings the way to it stands above, as what is missing.
  if (!mayTry || !isBefore(message) || message.whom !== 'customers' || message.wordings.length > 0) return []
  return [{ name, value: <TryLink kind="message" on={message} ways={1 + message.wordings.length} /> }]
}

function Actions({ message }: { message: MessageDetail }) {
  const { t } = useText()
  const may = useMay()('messages.write')
  const navigate = useNavigate()
  const run = useRun()
  const act = useMessageAct(message.id)
  const withdraw = useWithdraw(message.id)
  const reschedule = useReschedule(message.id)
  const [open, setOpen] = useState<'test' | 'later' | 'another'>()
  const { state } = message
  if (!may) return null
  const edit = () => navigate({ to: '/messages/$messageId/edit', params: { messageId: message.id } })
  const takeBack = async () => {
    await withdraw.mutateAsync(undefined)
    await edit()
  }
  const remind = async () => {
    const done = await run(() => act.mutateAsync({ act: 'reminders' }))
    if (done)
      void run(
        async () => done,
        [t('outbound.reminded', { count: done.reminded }), done.spared > 0 ? t('outbound.sparedNote', { count: done.spared }) : '']
          .filter(Boolean)
          .join(' · '),
      )
  }
  return (
    <>
      {(state === 'sending' || state === 'scheduled') && <StopButton of={{ messageId: message.id }} />}
      {state !== 'done' && state !== 'cancelled' && state !== 'stopped' && <CancelButton message={message} />}
      {state === 'sending' && <Button onClick={() => void remind()}>{t('outbound.remind')}</Button>}
      {(state === 'review' || state === 'scheduled') && (
        <>
          <Button onClick={() => void run(takeBack)}>{t('outbound.withdraw')}</Button>
          <Button onClick={() => setOpen('another')}>{t('outbound.reschedule')}</Button>
        </>
      )}
      <Button onClick={() => void navigate({ to: '/messages/new', search: { from: message.id } })}>{t('outbound.copy')}</Button>
      {isBefore(message) && message.whom === 'customers' && <Button onClick={() => setOpen('test')}>{t('outbound.test')}</Button>}
      {state === 'draft' && (
        <>
          <Button onClick={() => void edit()}>{t('outbound.edit')}</Button>
          <Button onClick={() => setOpen('later')}>{t('outbound.sendAt')}</Button>
          <SendButton message={message} />
        </>
      )}
      <FormDrawer<{ customer: string }>
        title={t('outbound.test')}
        open={open === 'test'}
        onClose={() => setOpen(undefined)}
        initial={{}}
        submit={t('outbound.send')}
        onSubmit={async (values) => {
          await act.mutateAsync({ act: 'tests', body: values })
          void run(async () => undefined, t('outbound.tested'))
        }}
      >
        <p className="note">{t('outbound.testHint')}</p>
        <Form.Item name="customer" label={t('outbound.customer')} rules={[{ required: true }]}>
          <CustomerPicker />
        </Form.Item>
      </FormDrawer>
      <FormDrawer<{ at: string }>
        title={t('outbound.reschedule')}
        open={open === 'another'}
        onClose={() => setOpen(undefined)}
        initial={message.scheduledAt ? { at: message.scheduledAt } : {}}
        onSubmit={({ at }) => reschedule.mutateAsync(at)}
      >
        <p className="note">{t('outbound.rescheduleHint')}</p>
        <LaterField />
      </FormDrawer>
      <FormDrawer<{ at: string }>
        title={t('outbound.sendAt')}
        open={open === 'later'}
        onClose={() => setOpen(undefined)}
        initial={{}}
        submit={t('outbound.sendAt')}
        onSubmit={({ at }) => act.mutateAsync({ act: 'submission', body: { at } })}
      >
        <LaterField />
      </FormDrawer>
    </>
  )
}

function SendButton({ message }: { message: MessageDetail }) {
  const { t } = useText()
  const confirm = useConfirm()
  const act = useMessageAct(message.id)
  const preview = useMessagePreview(message.id, true)
  const { now = 0, later = 0, employees = 0, needsApproval = false } = preview.data ?? {}
  const ask = () =>
    confirm({
      title: t('outbound.sendNow'),
      effect: [
        t(message.whom === 'groups' ? 'outbound.sendGroupsEffect' : 'outbound.sendEffect', {
          count: exactNumber(now + later),
          employees: exactNumber(employees),
        }),
        needsApproval ? t('outbound.approvalFirst') : '',
      ].join(''),
      act: t(needsApproval ? 'outbound.submit' : 'outbound.send'),
      run: () => act.mutateAsync({ act: 'submission' }),
    })
  return (
    <Button type="primary" loading={preview.isPending} disabled={!preview.data} onClick={ask}>
      {t('outbound.sendNow')}
    </Button>
  )
}

function CancelButton({ message }: { message: MessageDetail }) {
  const { t } = useText()
  const confirm = useConfirm()
  const act = useMessageAct(message.id)
  const ask = () =>
    confirm({
      title: t('outbound.cancel'),
      effect: t('outbound.cancelEffect', { count: exactNumber(sentOf(message)) }),
      act: t('outbound.cancel'),
      danger: true,
      run: () => act.mutateAsync({ act: 'cancellation' }),
    })
  return <Button onClick={ask}>{t('outbound.cancel')}</Button>
}

type Asked = { state?: string | undefined; reason?: string | undefined }

const resultName = (t: Translate, state: string, reason: string | null | undefined): string => {
  const known = sendStates.find((one) => one === state)
  const name = known ? t(`outbound.sendStates.${known}`) : state
  return reason ? `${name} · ${reasonText(t, reason)}` : name
}

/** How many came to what; each number opens who they are. */
function Results({ message, asked, show }: { message: MessageDetail; asked: Asked; show: (asked: Asked) => void }) {
  const { t } = useText()
  return (
    <Section title={t('outbound.results')}>
      <Stats>
        <Stat
          name={t(message.whom === 'groups' ? 'outbound.receiverGroups' : 'outbound.receivers')}
          value={<Count value={message.receivers} />}
        />
        {message.counts.map(({ state, reason, count }) => (
          <Stat
            key={`${state} ${reason}`}
            name={resultName(t, state, reason)}
            value={
              <button
                type="button"
                className="number-button"
                aria-pressed={asked.state === state && (asked.reason ?? null) === reason}
                aria-label={`${resultName(t, state, reason)} ${exactNumber(count)}`}
                onClick={() => show({ state, reason: reason ?? undefined })}
              >
                <Count value={count} />
              </button>
            }
          />
        ))}
      </Stats>
    </Section>
  )
}

function Progress({ message: { id, whom, wordings } }: { message: MessageDetail }) {
  const { t } = useText()
  const list = useMassTasks(id)
  return (
    <Section flush title={t('outbound.progress')}>
      <DataTable<MassTaskItem>
        name="mass-tasks"
        columns={taskColumns(t, { whom, worded: wordings.length > 0 })}
        list={list}
        empty={<Empty title={t('outbound.nobodyYet')} />}
      />
    </Section>
  )
}

const taskTones = {
  planned: 'quiet',
  calling: 'quiet',
  unknown: 'waiting',
  asked: 'waiting',
  confirmed: 'plain',
  done: 'good',
  cancelled: 'quiet',
  failed: 'bad',
} as const

type Shown = { whom: MessageDetail['whom']; worded: boolean }

/** In our words; WeCom's own stand behind them. */
const taskError = (row: MassTaskItem) => <span title={row.error ?? undefined}>{taskErrorText(row)}</span>

const taskColumns = (t: Translate, { whom, worded }: Shown): Column<MassTaskItem>[] => [
  { key: 'employee', title: t('outbound.sender'), width: 140, render: (row) => row.employee.name },
  // A member is asked once for each wording that their customers hear.
  ...(worded
    ? [
        {
          key: 'wording',
          title: t('outbound.saying'),
          width: 90,
          phone: 'note' as const,
          render: ({ wording }: MassTaskItem) => (wording === null ? '—' : t('outbound.wording', { letter: wordingLetter(wording) })),
        },
      ]
    : []),
  {
    key: 'state',
    title: t('outbound.state'),
    width: 150,
    phone: 'aside',
    render: (row) => <Badge tone={taskTones[row.state]}>{t(`outbound.taskStates.${row.state}`)}</Badge>,
  },
  {
    key: 'size',
    title: t(whom === 'groups' ? 'outbound.groupsCount' : 'outbound.size'),
    width: 80,
    right: true,
    phone: 'note',
    render: (row) => <Count value={row.size} />,
  },
  { key: 'sent', title: t('outbound.sent'), width: 80, right: true, phone: 'none', render: (row) => <Count value={row.sent} /> },
  { key: 'confirmedAt', title: t('outbound.confirmedAt'), width: 130, phone: 'note', render: (row) => <When at={row.confirmedAt} /> },
  {
    key: 'reminders',
    title: t('outbound.reminders'),
    width: 90,
    right: true,
    phone: 'none',
    render: (row) => <Count value={row.reminders} />,
  },
  { key: 'error', title: t('outbound.reason'), width: 200, phone: 'wide', render: taskError },
]
