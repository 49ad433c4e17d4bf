import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, InputNumber, Select, Skeleton } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useJourneyNames } from '#console/journeys/queries.ts'
import { EventPicker, useEventTitle } from '#console/reports/event-picker.tsx'
import { usePlan } from '#console/reports/queries.ts'
import {
  useSaveStageRules,
  useStageRules,
  type WrittenRule,
  type WrittenSettings,
  type WrittenTouchpoint,
} from '#console/stages/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Row, Section, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { ladder, type Stage, stages } from '#insight/reports/stages/schema.ts'

type StageForm = {
  events: string[]
  times: number | null
  withinDays: number | null
  after: string | null
  afterDays: number | null
  holdsDays: number | null
  text: string
  owner: string
  journey: string | null
  touchpoints: { name: string; event: string }[]
}
type Values = Record<Stage, StageForm>

export function RulesDrawer({ onClose }: { onClose: () => void }) {
  const { t } = useText()
  const found = useStageRules()
  const save = useSaveStageRules()
  const run = useRun()
  const settings = found.data?.settings
  if (!settings)
    return (
      <SideSheet open onClose={onClose} title={t('stages.edit.title')}>
        <Skeleton active />
      </SideSheet>
    )
  return (
    <FormDrawer<Values>
      wide
      open
      onClose={onClose}
      title={t('stages.edit.title')}
      submit={t('stages.edit.save')}
      initial={Object.fromEntries(stages.map((stage) => [stage, formOf(settings, stage)])) as Values}
      onSubmit={async (values) => {
        await save.mutateAsync(writtenOf(settings, values))
        await run(() => Promise.resolve(), t('stages.edit.saved'))
      }}
    >
      <Stack>
        {stages.map((stage, i) => (
          <StageFields key={stage} stage={stage} earlier={ladder.slice(0, i)} />
        ))}
      </Stack>
    </FormDrawer>
  )
}

function StageFields({ stage, earlier }: { stage: Stage; earlier: readonly string[] }) {
  const { t } = useText()
  const plan = usePlan()
  const title = useEventTitle()
  const names = [...new Set((plan.data?.items ?? []).map(({ name }) => name))]
  const number = (field: 'times' | 'withinDays' | 'afterDays' | 'holdsDays', most: number) => (
    <Form.Item name={[stage, field]} label={t(`stages.edit.${field}`)}>
      <InputNumber
        min={field === 'afterDays' ? 0 : 1}
        max={most}
        precision={0}
        placeholder={field === 'holdsDays' ? t('stages.edit.always') : ''}
      />
    </Form.Item>
  )
  return (
    <Section title={t(`stages.names.${stage}`)}>
      <Form.Item name={[stage, 'events']} label={t('stages.edit.events')} rules={[{ required: true }]}>
        <Select mode="tags" options={names.map((name) => ({ value: name, label: title(name) }))} optionFilterProp="label" />
      </Form.Item>
      <Row>
        {number('times', 100)}
        {number('withinDays', 366)}
        {number('holdsDays', 3650)}
      </Row>
      {earlier.length > 0 && (
        <Row>
          <Form.Item name={[stage, 'after']} label={t('stages.edit.after')}>
            <Select
              allowClear
              style={{ minWidth: 140 }}
              options={earlier.map((value) => ({ value, label: t(`stages.names.${value as Stage}`) }))}
            />
          </Form.Item>
          {number('afterDays', 366)}
        </Row>
      )}
      <Form.Item name={[stage, 'text']} label={t('stages.edit.sop')}>
        <Input maxLength={500} />
      </Form.Item>
      <Form.Item name={[stage, 'owner']} label={t('stages.edit.owner')}>
        <Input maxLength={60} />
      </Form.Item>
      <JourneyField stage={stage} />
      <TouchpointLines stage={stage} />
    </Section>
  )
}

/** The journey that does it, for whom may see journeys; one that was chosen stays whoever saves. */
function JourneyField({ stage }: { stage: Stage }) {
  const { t } = useText()
  const journeys = useJourneyNames()
  const may = useMay()('journeys.read')
  return (
    <Form.Item name={[stage, 'journey']} label={t('stages.edit.journey')} hidden={!may}>
      <Select allowClear showSearch={{ optionFilterProp: 'label' }} options={journeys} />
    </Form.Item>
  )
}

function TouchpointLines({ stage }: { stage: Stage }) {
  const { t } = useText()
  const needed = [{ required: true, message: t('ui.required') }]
  return (
    <Form.Item label={t('stages.edit.touchpoints')}>
      <Form.List name={[stage, 'touchpoints']}>
        {(fields, { add, remove }) => (
          <>
            {fields.map(({ key, name }) => (
              <div key={key} className="touchpoint-line">
                <Form.Item name={[name, 'name']} rules={needed}>
                  <Input maxLength={60} aria-label={t('stages.touchpoint')} placeholder={t('stages.touchpoint')} />
                </Form.Item>
                <Form.Item name={[name, 'event']} rules={needed}>
                  <EventPicker label={t('stages.event')} value="" onChange={() => undefined} />
                </Form.Item>
                <Button type="text" icon={<DeleteOutlined />} aria-label={t('stages.edit.removeTouchpoint')} onClick={() => remove(name)} />
              </div>
            ))}
            <Button icon={<PlusOutlined />} onClick={() => add({ name: '', event: '' })}>
              {t('stages.edit.addTouchpoint')}
            </Button>
          </>
        )}
      </Form.List>
    </Form.Item>
  )
}

function formOf({ rules, sops, touchpoints }: WrittenSettings, stage: Stage): StageForm {
  const rule = rules[stage]
  return {
    events: rule.events.map(({ event }) => event),
    times: rule.times ?? 1,
    withinDays: rule.withinDays ?? null,
    after: rule.after ?? null,
    afterDays: rule.afterDays ?? 0,
    holdsDays: rule.holdsDays ?? null,
    text: sops[stage]?.text ?? '',
    owner: sops[stage]?.owner ?? '',
    journey: sops[stage]?.journey ?? null,
    touchpoints: touchpoints.flatMap((one) => (one.stage === stage ? [{ name: one.name, event: one.event }] : [])),
  }
}

function writtenOf(settings: WrittenSettings, values: Values): WrittenSettings {
  const rules = Object.fromEntries(stages.map((stage) => [stage, ruleOf(settings.rules[stage], values[stage])])) as Record<
    Stage,
    WrittenRule
  >
  const sops = Object.fromEntries(
    stages.flatMap((stage) => {
      const { text, owner, journey } = values[stage]
      return text.trim() || journey ? [[stage, { text, owner, ...(journey ? { journey } : {}) }]] : []
    }),
  )
  return {
    ...settings,
    rules,
    sops,
    touchpoints: stages.flatMap((stage) => values[stage].touchpoints.map((one) => touchpointOf(settings, stage, one))),
  }
}

/** A touchpoint whose event stays keeps its filter. */
function touchpointOf(settings: WrittenSettings, stage: Stage, { name, event }: StageForm['touchpoints'][number]): WrittenTouchpoint {
  const before = settings.touchpoints.find((one) => one.stage === stage && one.name === name && one.event === event)
  return before ?? { stage, name, event }
}

/** An event that stays keeps its filter. */
function ruleOf(before: WrittenRule, form: StageForm): WrittenRule {
  return {
    events: form.events.map((event) => before.events.find((one) => one.event === event) ?? { event }),
    times: form.times ?? 1,
    ...(form.withinDays === null ? {} : { withinDays: form.withinDays }),
    ...(form.after ? { after: form.after, afterDays: form.afterDays ?? 0 } : {}),
    ...(form.holdsDays === null ? {} : { holdsDays: form.holdsDays }),
    ...(before.until ? { until: before.until } : {}),
  }
}
