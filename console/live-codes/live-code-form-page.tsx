import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Alert, Button, Form, Input, Segmented, Select, Skeleton, Switch } from 'antd'
import { useState } from 'react'
import { useResource } from '#console/api/query.ts'
import { useChannelNames } from '#console/channels/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useCorpNames } from '#console/integrations/wecom/queries.ts'
import { lackOf } from '#console/live-codes/attachments-editor.tsx'
import { complaintOf, type Draft, emptyDraft, emptyWelcome, inputOf } from '#console/live-codes/draft.ts'
import { EmployeesField } from '#console/live-codes/employees-field.tsx'
import { useLiveCode, useSaveLiveCode } from '#console/live-codes/queries.ts'
import { ScheduleField } from '#console/live-codes/schedule-field.tsx'
import { StyleField } from '#console/live-codes/style-field.tsx'
import { WelcomeEditor } from '#console/live-codes/welcome-editor.tsx'
import { WelcomePreview } from '#console/live-codes/welcome-preview.tsx'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import { type Complaints, complaintAt, useComplaints } from '#console/ui/complaints.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { RestoredNotice, useDraft } from '#console/ui/draft.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Columns, Page, Row, Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import type { Channel } from '#growth/channels/schema.ts'
import type { Welcome } from '#growth/welcomes/schema.ts'

const editRoute = getRouteApi('/app/live-codes/$codeId/edit')

export const NewLiveCodePage = () => (
  <Gate page permission="live_codes.write">
    <CodeForm name="live-code.new" start={emptyDraft} id={undefined} />
  </Gate>
)

export const EditLiveCodePage = () => (
  <Gate page permission="live_codes.write">
    <EditCode />
  </Gate>
)

function EditCode() {
  const { t } = useText()
  const { codeId } = editRoute.useParams()
  const code = useLiveCode(codeId)
  if (code.error)
    return (
      <Page title={t('liveCodes.editTitle')} back={<Back />}>
        <Section>
          <Problem error={code.error} retry={() => void code.refetch()} />
        </Section>
      </Page>
    )
  if (code.data?.id !== codeId)
    return (
      <Page title={t('liveCodes.editTitle')} back={<Back />}>
        <Section>
          <Skeleton active paragraph={{ rows: 10 }} />
        </Section>
      </Page>
    )
  return <CodeForm key={codeId} name={`live-code.${codeId}`} start={inputOf(code.data)} id={codeId} />
}

const Back = () => {
  const { t } = useText()
  return (
    <p className="note">
      <Link to="/live-codes">{t('liveCodes.title')}</Link> /
    </p>
  )
}

/** A full page, because it has much to say; what was typed survives a reload until it is saved or thrown away. */
function CodeForm({ name, start, id }: { name: string; start: Draft; id: string | undefined }) {
  const { t } = useText()
  const navigate = useNavigate()
  const run = useRun()
  const save = useSaveLiveCode()
  const unsaved = useDraft<Draft>(name)
  const draft = unsaved.kept ?? start
  const { complaints, top, complain, clear } = useComplaints()
  const employees = useEmployeeNames()
  const corps = useCorpNames()
  const chosen = employees.filter((one) => draft.employees.some(({ employeeId }) => employeeId === one.value))
  const set = (part: Partial<Draft>) => {
    clear()
    unsaved.keep({ ...draft, ...part })
  }
  const submit = async () => {
    const missing = missingIn(draft, t)
    if (Object.keys(missing).length > 0) return complain(missing)
    const { corpId, ...rest } = draft
    try {
      const saved = await save.mutateAsync({ id, ...rest, ...(id || !corpId ? {} : { corpId }) })
      unsaved.forget()
      await navigate({ to: '/live-codes/$codeId', params: { codeId: saved.id } })
      void run(async () => undefined, t(id ? 'liveCodes.saved' : 'liveCodes.created'))
    } catch (error) {
      complain(complaintOf(error, (place) => employees.find((one) => one.value === draft.employees[place]?.employeeId)?.label ?? ''))
    }
  }
  const general =
    complaints[''] ??
    Object.entries(complaints).find(([field]) => !shownFields.some((one) => field === one || field.startsWith(`${one}.`)))?.[1]
  return (
    <Page
      title={id ? `${t('liveCodes.editTitle')} · ${start.name}` : t('liveCodes.createTitle')}
      back={<Back />}
      form
      actions={
        <>
          {unsaved.kept && !unsaved.restored && <Button onClick={unsaved.discard}>{t('liveCodes.discardDraft')}</Button>}
          <Button type="primary" loading={save.isPending} onClick={() => void submit()}>
            {t('ui.save')}
          </Button>
        </>
      }
    >
      <RestoredNotice draft={unsaved} />
      <Columns shares={[7, 3]}>
        <Form layout="vertical" component="div">
          <div ref={top} className="stack">
            {general && <Alert type="error" title={general} role="alert" />}
            <Basics draft={draft} set={set} complaints={complaints} corps={id ? [] : corps} />
            <Section title={t('liveCodes.employees')} note={t('liveCodes.employeesNote')}>
              <EmployeesField
                value={draft.employees}
                onChange={(members) => set({ employees: members, schedule: withoutOthers(draft.schedule, members) })}
                options={employees}
                complaint={complaintAt(complaints, 'employees')}
              />
            </Section>
            <Section title={t('liveCodes.schedule')} note={t('liveCodes.scheduleNote')}>
              <ScheduleField
                value={draft.schedule}
                onChange={(schedule) => set({ schedule })}
                employees={chosen}
                hasSpare={draft.employees.some((one) => one.spare)}
                complaints={complaints}
              />
            </Section>
            <WelcomeSection draft={draft} set={set} complaints={complaints} />
            <After draft={draft} set={set} complaints={complaints} />
            <Section title={t('liveCodes.look')}>
              <StyleField value={draft.style} onChange={(style) => set({ style })} complaint={complaintAt(complaints, 'style')} />
            </Section>
          </div>
        </Form>
        <Preview
          draft={draft}
          employee={chosen[0]?.label ?? t('liveCodes.employee')}
          company={corps.find(({ value }) => value === draft.corpId)?.label ?? corps[0]?.label ?? ''}
        />
      </Columns>
    </Page>
  )
}

const shownFields = ['name', 'employees', 'schedule.weekly', 'schedule.dates', 'welcome', 'remark', 'style', 'channelId', 'corpId']

function missingIn({ name, employees, welcome, schedule }: Draft, t: Translate): Complaints {
  const greetings: [path: string, welcome: Welcome | null | undefined][] = [
    ['welcome', welcome],
    ...schedule.weekly.map((slot, index): [string, Welcome | null | undefined] => [`schedule.weekly.${index}.welcome`, slot.welcome]),
  ]
  return {
    ...(name.trim() === '' ? { name: t('ui.required') } : {}),
    ...(employees.length === 0 ? { employees: t('liveCodes.noEmployees') } : {}),
    ...Object.fromEntries(
      greetings.flatMap(([path, one]) =>
        (one?.attachments ?? []).flatMap((attachment, index) => {
          const lack = lackOf(attachment, t)
          return lack ? [[`${path}.attachments.${index}`, lack]] : []
        }),
      ),
    ),
  }
}

/** Hours name employees of the code only. */
const withoutOthers = (schedule: Draft['schedule'], members: Draft['employees']): Draft['schedule'] => {
  const kept = new Set(members.map(({ employeeId }) => employeeId))
  const trim = <S extends { employeeIds: string[] }>(slot: S): S => ({
    ...slot,
    employeeIds: slot.employeeIds.filter((one) => kept.has(one)),
  })
  return { weekly: schedule.weekly.map(trim), dates: schedule.dates.map((one) => ({ ...one, slots: one.slots.map(trim) })) }
}

type Part = { draft: Draft; set: (part: Partial<Draft>) => void; complaints: Complaints }

function Basics({ draft, set, complaints, corps }: Part & { corps: ReturnType<typeof useCorpNames> }) {
  const { t } = useText()
  const channels = useChannelNames()
  const complaint = complaintAt(complaints, 'name')
  return (
    <Section title={t('liveCodes.basics')}>
      <div className="slot-fields">
        <Form.Item label={t('liveCodes.name')} required validateStatus={complaint ? 'error' : ''} help={complaint}>
          <Input
            maxLength={60}
            autoComplete="off"
            aria-label={t('liveCodes.name')}
            placeholder={t('liveCodes.namePlaceholder')}
            value={draft.name}
            onChange={(event) => set({ name: event.target.value })}
          />
        </Form.Item>
        <Form.Item label={t('liveCodes.channel')} help={complaintAt(complaints, 'channelId')}>
          <Select
            allowClear
            showSearch
            optionFilterProp="label"
            placeholder={t('liveCodes.noChannel')}
            aria-label={t('liveCodes.channel')}
            options={channels}
            value={draft.channelId}
            onChange={(channelId?: string) => set({ channelId: channelId ?? null })}
          />
        </Form.Item>
        {corps.length > 1 && (
          <Form.Item
            label={t('wecom.ofCorp')}
            required
            validateStatus={complaintAt(complaints, 'corpId') ? 'error' : ''}
            help={complaintAt(complaints, 'corpId')}
          >
            <Select aria-label={t('wecom.ofCorp')} options={corps} value={draft.corpId} onChange={(corpId: string) => set({ corpId })} />
          </Form.Item>
        )}
      </div>
    </Section>
  )
}

function WelcomeSection({ draft, set, complaints }: Part) {
  const { t } = useText()
  return (
    <Section title={t('liveCodes.welcome')} note={t('liveCodes.welcomeNote')}>
      <Stack tight>
        <Row>
          <Segmented
            value={draft.welcome ? 'own' : 'channel'}
            options={[
              { value: 'own', label: t('liveCodes.ownWelcome') },
              { value: 'channel', label: t('liveCodes.channelWelcome') },
            ]}
            onChange={(kind) => set({ welcome: kind === 'own' ? emptyWelcome : null })}
          />
        </Row>
        {draft.welcome && (
          <WelcomeEditor
            value={draft.welcome}
            onChange={(welcome) => set({ welcome })}
            complaint={complaints.welcome ?? complaintAt(complaints, 'welcome.text')}
            complaintOf={(index) => complaintAt(complaints, `welcome.attachments.${index}`)}
          />
        )}
      </Stack>
    </Section>
  )
}

function After({ draft, set, complaints }: Part) {
  const { t } = useText()
  const groups = useTagGroups().data?.items ?? []
  const complaint = complaintAt(complaints, 'remark')
  return (
    <Section title={t('liveCodes.after')}>
      <div className="slot-fields">
        <Form.Item label={t('liveCodes.tags')}>
          <Select
            mode="multiple"
            optionFilterProp="label"
            aria-label={t('liveCodes.tags')}
            value={draft.tagIds}
            onChange={(tagIds: string[]) => set({ tagIds })}
            options={groups.map((group) => ({
              label: group.name,
              title: group.name,
              options: group.tags.map((tag) => ({ value: tag.id, label: tag.name })),
            }))}
          />
        </Form.Item>
        <Form.Item
          label={t('liveCodes.remark')}
          extra={t('liveCodes.remarkHint')}
          validateStatus={complaint ? 'error' : ''}
          help={complaint}
        >
          <Input
            maxLength={60}
            aria-label={t('liveCodes.remark')}
            placeholder={t('liveCodes.remarkPlaceholder')}
            value={draft.remark ?? ''}
            onChange={(event) => set({ remark: event.target.value || null })}
          />
        </Form.Item>
      </div>
      <Row>
        <Switch checked={draft.skipVerify} onChange={(skipVerify) => set({ skipVerify })} aria-label={t('liveCodes.skipVerify')} />
        <span>{t('liveCodes.skipVerify')}</span>
      </Row>
    </Section>
  )
}

function Preview({ draft, employee, company }: { draft: Draft; employee: string; company: string }) {
  const { t } = useText()
  const ofSlots = draft.schedule.weekly.flatMap((slot, index) =>
    slot.welcome ? [{ name: t('liveCodes.slot', { number: index + 1 }), welcome: slot.welcome }] : [],
  )
  const channels = useResource<{ items: Channel[] }>('channels').data?.items ?? []
  const own = draft.welcome ?? channelWelcome(channels, draft.channelId)
  const [which, setWhich] = useState(0)
  const all: { name: string; welcome: Welcome | null }[] = [{ name: t('liveCodes.welcome'), welcome: own }, ...ofSlots]
  const shown = all[which] ?? all[0]
  return (
    <div className="preview">
      <Section title={t('liveCodes.preview')} note={t('liveCodes.previewChat')}>
        <Stack>
          {all.length > 1 && (
            <Select
              aria-label={t('liveCodes.previewSlot')}
              value={Math.min(which, all.length - 1)}
              onChange={setWhich}
              options={all.map((one, index) => ({ value: index, label: one.name }))}
            />
          )}
          <WelcomePreview welcome={shown?.welcome ?? null} employee={employee} company={company} />
        </Stack>
      </Section>
    </div>
  )
}

/** The greeting of the channel, or of the nearest one above that has one. */
function channelWelcome(channels: Channel[], id: string | null): Welcome | null {
  const channel = channels.find((one) => one.id === id)
  return channel ? (channel.welcome ?? channelWelcome(channels, channel.parentId)) : null
}
