import { Form, Input, InputNumber, Select, Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { usePlan } from '#console/reports/queries.ts'
import { useSaveStageRules, useStageRules, type WrittenRule, type WrittenSettings } from '#console/stages/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Row, Section } from '#console/ui/page.tsx'
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
      {stages.map((stage, i) => (
        <StageFields key={stage} stage={stage} earlier={ladder.slice(0, i)} />
      ))}
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
    </Section>
  )
}

function formOf({ rules, sops }: WrittenSettings, stage: Stage): StageForm {
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
  }
}

function writtenOf(settings: WrittenSettings, values: Values): WrittenSettings {
  const rules = Object.fromEntries(stages.map((stage) => [stage, ruleOf(settings.rules[stage], values[stage])])) as Record<
    Stage,
    WrittenRule
  >
  const sops = Object.fromEntries(
    stages.flatMap((stage) => (values[stage].text.trim() ? [[stage, { text: values[stage].text, owner: values[stage].owner }]] : [])),
  )
  return { ...settings, rules, sops }
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
