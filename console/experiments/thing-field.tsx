import { Form, Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import type { ExperimentValues } from '#console/experiments/form-values.ts'
import { useText } from '#console/i18n/i18n.ts'
import { JourneyPicker } from '#console/journeys/journey-picker.tsx'
import { useJourney } from '#console/journeys/queries.ts'
import { useStepWords } from '#console/journeys/words.ts'
import { useMessage, useMessages } from '#console/outbound/queries.ts'
import { useAnswer } from '#console/reports/queries.ts'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { SearchSelect, useSearching } from '#console/ui/search-select.tsx'
import type { PagesResult } from '#insight/reports/pages/schema.ts'
import type { Thing } from '#operation/experiments/schema.ts'
import { type Definition, isTreatment } from '#operation/journeys/definition.ts'

type Value = Thing | null

const kinds = ['journey', 'journey_step', 'message', 'page'] as const

interface Props {
  value?: Value
  onChange?: (thing: Value) => void
}

/** What is tried: nothing that the program treats by itself, or a journey, one of its steps, a message, a page. */
export function ThingField({ value = null, onChange = () => undefined }: Props) {
  const { t } = useText()
  const isStep = value?.kind === 'journey_step'
  return (
    <Stack>
      <Select
        className="wide"
        aria-label={t('experiments.attachTo')}
        placeholder={t('experiments.attachNone')}
        allowClear
        value={value?.kind ?? null}
        options={kinds.map((kind) => ({ value: kind, label: t(`experiments.thingKinds.${kind}`) }))}
        onChange={(kind: Thing['kind'] | undefined) => onChange(kind ? { kind, id: '', step: null } : null)}
      />
      {(value?.kind === 'journey' || isStep) && <JourneyChoice value={value} onChange={onChange} />}
      {isStep && value.id !== '' && <StepChoice value={value} onChange={onChange} />}
      {value?.kind === 'message' && <MessageChoice value={value} onChange={onChange} />}
      {value?.kind === 'page' && <PageChoice value={value} onChange={onChange} />}
      {value && <p className="note">{t(`experiments.thingHints.${value.kind}`)}</p>}
    </Stack>
  )
}

interface ChoiceProps {
  value: Thing
  onChange: (thing: Value) => void
}

function Choice(props: {
  label: string
  value: string | null
  loading: boolean
  options: { value: string; label: string }[]
  onChange: (id: string) => void
}) {
  return (
    <Select
      className="wide"
      aria-label={props.label}
      placeholder={props.label}
      loading={props.loading}
      showSearch={{ optionFilterProp: 'label' }}
      value={props.value || null}
      options={props.options}
      onChange={(id: string | null) => id && props.onChange(id)}
    />
  )
}

function JourneyChoice({ value, onChange }: ChoiceProps) {
  const { t } = useText()
  return (
    <JourneyPicker
      label={t('experiments.whichJourney')}
      value={value.id}
      fits={({ version, state }) => version > 0 && state !== 'stopped'}
      onChange={(id) => onChange({ ...value, id, step: null })}
    />
  )
}

function StepChoice({ value, onChange }: ChoiceProps) {
  const { t } = useText()
  const journey = useJourney(value.id)
  const drawing = journey.data?.published ?? nothing
  const words = useStepWords(drawing)
  const form = Form.useFormInstance<ExperimentValues>()
  const choose = (id: string) => {
    const step = drawing.steps.find((one) => one.id === id)
    if (step?.type === 'split')
      form.setFieldsValue({ holdout: 0, variants: step.paths.map(({ name, weight }) => ({ name, share: weight })) })
    onChange({ ...value, step: id })
  }
  return (
    <Choice
      label={t('experiments.whichStep')}
      value={value.step}
      loading={journey.isPending}
      options={drawing.steps
        .filter((step) => step.type === 'split' || isTreatment(step))
        .map((step) => ({ value: step.id, label: `${t(`journeys.types.${step.type}`)} · ${words.of(step)}` }))}
      onChange={choose}
    />
  )
}

const nothing: Definition = {
  entry: { by: 'hand' },
  reentry: { policy: 'once' },
  exits: [],
  goal: null,
  start: null,
  steps: [],
  trialMetric: null,
  growthMetric: null,
}

function MessageChoice({ value, onChange }: ChoiceProps) {
  const { t } = useText()
  const { q, onSearch } = useSearching()
  const list = useMessages({ q, limit: '200' })
  const { data } = useMessage(value.id || undefined)
  return (
    <SearchSelect
      label={t('experiments.whichMessage')}
      value={value.id}
      chosen={data?.id === value.id ? { value: data.id, label: data.name } : undefined}
      loading={list.loading || list.refreshing}
      options={list.rows
        .filter(({ state, whom }) => whom === 'customers' && unsent.includes(state))
        .map(({ id, name }) => ({ value: id, label: name }))}
      onSearch={onSearch}
      onChange={(id) => onChange({ ...value, id })}
    />
  )
}

const unsent: readonly string[] = ['draft', 'review', 'scheduled']

/** Pages that were seen in the last month. */
function PageChoice({ value, onChange }: ChoiceProps) {
  const { t } = useText()
  const today = todayIn(useTenant().timezone)
  const seen = useAnswer<PagesResult>({ type: 'pages', dateFrom: daysBefore(today, 29), dateTo: today, limit: 200 })
  // What an experiment names has at most sixty letters.
  const pages = (seen.data?.result.rows ?? []).map((row) => row.value).filter((page) => page.length <= 60)
  return (
    <Choice
      label={t('experiments.whichPage')}
      value={value.id}
      loading={seen.isPending}
      options={pages.map((page) => ({ value: page, label: page }))}
      onChange={(id) => onChange({ ...value, id })}
    />
  )
}
