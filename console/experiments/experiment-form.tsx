import { DeleteOutlined, PlusOutlined } from '@ant-design/icons'
import { Alert, Button, Form, Input, InputNumber, Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { bodyOf, type ExperimentValues, emptyValues, powerOf, valuesOf } from '#console/experiments/form-values.ts'
import { useNeeded, useSaveExperiment } from '#console/experiments/queries.ts'
import { ThingField } from '#console/experiments/thing-field.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { EventPicker, useEventTitle } from '#console/reports/event-picker.tsx'
import { PropertyPicker } from '#console/reports/property-picker.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { currencySign, exactNumber } from '#console/ui/format.ts'
import { Row } from '#console/ui/page.tsx'
import { isMoney } from '#insight/reports/money-properties.ts'
import type { Experiment, Thing } from '#operation/experiments/schema.ts'

/** Draws up an experiment or changes one; in flight, what would break it is not offered. */
export function ExperimentForm(props: {
  experiment?: Experiment
  /** What is already known of a new one. */
  drafted?: Partial<ExperimentValues> | undefined
  open: boolean
  onClose: () => void
  onSaved?: (saved: Experiment) => void
}) {
  const { t } = useText()
  const titleOf = useEventTitle()
  const save = useSaveExperiment()
  const { experiment, drafted } = props
  const isFree = experiment === undefined || experiment.state === 'draft'
  const fresh = { ...emptyValues, variants: [{ name: 'A', share: 100 }], ...drafted }
  const submit = async (values: ExperimentValues) => {
    const { name, hypothesis, plannedEnd } = values
    const body = isFree ? bodyOf(values, titleOf) : { name, hypothesis, ...(experiment?.state === 'running' ? { plannedEnd } : {}) }
    const saved = await save.mutateAsync({ id: experiment?.id, ...body })
    props.onSaved?.(saved)
  }
  return (
    <FormDrawer<ExperimentValues>
      title={t(experiment ? 'experiments.edit' : 'experiments.create')}
      open={props.open}
      onClose={props.onClose}
      wide
      initial={experiment ? valuesOf(experiment) : fresh}
      fields={{
        holdoutPerMille: 'holdout',
        'trialMetric.measure': 'trialMetric.property',
        'growthMetric.measure': 'growthMetric.property',
      }}
      onSubmit={submit}
      {...(experiment || drafted ? {} : { draft: 'experiment' })}
    >
      {!isFree && <Alert type="info" showIcon title={t('experiments.limited')} />}
      <Form.Item name="name" label={t('experiments.name')} rules={[{ required: true, message: t('ui.required') }]}>
        <Input maxLength={60} />
      </Form.Item>
      <Form.Item name="hypothesis" label={t('experiments.hypothesis')} extra={t('experiments.hypothesisHint')}>
        <Input.TextArea maxLength={1000} autoSize={{ minRows: 2 }} />
      </Form.Item>
      {isFree && <Design />}
      <Form.Item name="plannedEnd" label={t('experiments.plannedEnd')} normalize={(value: string) => value || null}>
        <Input type="date" />
      </Form.Item>
    </FormDrawer>
  )
}

/** A kind of thing without the thing is not filled in. */
const whole = (message: string) => async (_: unknown, thing: Thing | null | undefined) => {
  if (thing && (thing.id === '' || (thing.kind === 'journey_step' && thing.step === null))) throw new Error(message)
}

function Design() {
  const { t } = useText()
  return (
    <>
      <Form.Item name="thing" label={t('experiments.attachTo')} rules={[{ validator: whole(t('ui.required')) }]}>
        <ThingField />
      </Form.Item>
      <Form.Item
        name="holdout"
        label={t('experiments.holdout')}
        extra={t('experiments.holdoutHint')}
        rules={[{ required: true, message: t('ui.required') }]}
      >
        <InputNumber min={0} max={99} step={1} precision={1} suffix="%" className="wide" />
      </Form.Item>
      <Form.Item label={t('experiments.variants')} extra={t('experiments.variantsHint')} required>
        <VariantLines />
      </Form.Item>
      <MetricFields name="trialMetric" />
      <MetricFields name="growthMetric" />
      <Form.Item label={t('experiments.guardRails')}>
        <GuardLines />
      </Form.Item>
      <Form.Item name="windowDays" label={t('experiments.windowDays')} rules={[{ required: true, message: t('ui.required') }]}>
        <InputNumber min={1} max={366} precision={0} className="wide" />
      </Form.Item>
      <PlanFields />
    </>
  )
}

function VariantLines() {
  const { t } = useText()
  return (
    <Form.List name="variants">
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <Row key={key}>
              <Form.Item name={[name, 'name']} rules={[{ required: true, message: t('ui.required') }]}>
                <Input maxLength={60} aria-label={t('experiments.variantName')} placeholder={t('experiments.variantName')} />
              </Form.Item>
              <Form.Item name={[name, 'share']} rules={[{ required: true, message: t('ui.required') }]}>
                <InputNumber min={0.1} max={100} precision={1} suffix="%" aria-label={t('experiments.share')} />
              </Form.Item>
              <Kept name={[name, 'key']} />
              {fields.length > 1 && (
                <Button type="text" icon={<DeleteOutlined />} aria-label={t('experiments.removeLine')} onClick={() => remove(name)} />
              )}
            </Row>
          ))}
          {fields.length < 10 && (
            <Button icon={<PlusOutlined />} onClick={() => add({ name: String.fromCharCode(65 + fields.length), share: 50 })}>
              {t('experiments.addVariant')}
            </Button>
          )}
        </>
      )}
    </Form.List>
  )
}

/** A form gives back only what stands in it: what is stored and not shown goes along. */
const Kept = ({ name }: { name: (string | number)[] }) => (
  <Form.Item name={name} noStyle>
    <Unseen />
  </Form.Item>
)
const Unseen = (_given: { value?: unknown }) => null

/** Form.Item hands value and change over. */
const given = { value: '', onChange: () => undefined }

function MetricFields({ name }: { name: 'trialMetric' | 'growthMetric' }) {
  const { t } = useText()
  const kind = Form.useWatch([name, 'kind'])
  const event = Form.useWatch([name, 'event'])
  const sign = useMoneySign(event, kind, Form.useWatch([name, 'property']))
  return (
    <Form.Item label={t(`experiments.${name}`)} extra={t(`experiments.${name}Hint`)} required>
      <Form.Item
        name={[name, 'event']}
        rules={[{ required: true, message: t('ui.required') }]}
        extra={event === '*' ? t('experiments.ownOnly') : undefined}
      >
        <EventPicker label={t(`experiments.${name}`)} any {...given} />
      </Form.Item>
      <Row>
        <Form.Item name={[name, 'kind']}>
          <Select
            aria-label={t('experiments.measure')}
            popupMatchSelectWidth={false}
            options={(['converted', 'sum'] as const).map((value) => ({ value, label: t(`experiments.measures.${value}`) }))}
          />
        </Form.Item>
        {kind === 'sum' && (
          <Form.Item name={[name, 'property']} rules={[{ required: true, message: t('ui.required') }]}>
            <SummedProperty event={event ?? '*'} {...given} />
          </Form.Item>
        )}
        {sign && <span className="note">{sign}</span>}
        <Better name={[name, 'better']} />
        <Kept name={[name, 'kept']} />
      </Row>
    </Form.Item>
  )
}

function SummedProperty(props: { event: string; value: string; onChange: (property: string) => void }) {
  const { t } = useText()
  const { event, value, onChange } = props
  return (
    <PropertyPicker
      label={t('experiments.property')}
      events={[event]}
      value={{ name: value, scope: 'event' }}
      eventsOnly
      onChange={({ name }) => onChange(name)}
    />
  )
}

/** Which currency sums of these are in, if they are of money. */
function useMoneySign(event: string | undefined, kind: string | undefined, property: string | undefined): string {
  const { currency } = useTenant()
  return event && property && kind === 'sum' && isMoney(event, property) ? currencySign(currency) : ''
}

function Better({ name }: { name: (string | number)[] }) {
  const { t } = useText()
  return (
    <Form.Item name={name}>
      <Select
        aria-label={t('experiments.better')}
        popupMatchSelectWidth={false}
        options={(['more', 'less'] as const).map((value) => ({
          value,
          label: `${t('experiments.better')} ${t(`experiments.betters.${value}`)}`,
        }))}
      />
    </Form.Item>
  )
}

function GuardLines() {
  const { t } = useText()
  return (
    <Form.List name="guardRails">
      {(fields, { add, remove }) => (
        <>
          {fields.map(({ key, name }) => (
            <Row key={key}>
              <Form.Item name={[name, 'event']} rules={[{ required: true, message: t('ui.required') }]}>
                <EventPicker label={t('experiments.guardRail')} {...given} />
              </Form.Item>
              <Better name={[name, 'better']} />
              <Kept name={[name, 'kept']} />
              <Form.Item name={[name, 'tolerance']} tooltip={t('experiments.tolerance')}>
                <InputNumber min={0} max={100} suffix={t('experiments.points')} aria-label={t('experiments.tolerance')} />
              </Form.Item>
              <Button type="text" icon={<DeleteOutlined />} aria-label={t('experiments.removeLine')} onClick={() => remove(name)} />
            </Row>
          ))}
          {fields.length < 10 && (
            <Button icon={<PlusOutlined />} onClick={() => add({ better: 'less', tolerance: 1 })}>
              {t('experiments.addGuardRail')}
            </Button>
          )}
        </>
      )}
    </Form.List>
  )
}

/** The power calculator: what is expected, what is worth finding, and how many people that takes. */
function PlanFields() {
  const { t } = useText()
  const kind = Form.useWatch(['trialMetric', 'kind'])
  const sign = useMoneySign(Form.useWatch(['trialMetric', 'event']), kind, Form.useWatch(['trialMetric', 'property']))
  const unit = kind === 'converted' ? { base: '%', lift: t('experiments.points') } : { base: sign, lift: sign }
  // Without anybody held out the first variant is what the others are held against.
  const base = Form.useWatch('holdout') === 0 ? 'experiments.baseOfFirst' : 'experiments.base'
  return (
    <Form.Item label={t('experiments.plan')} required>
      <Row>
        <Form.Item name={['plan', 'base']} label={t(base)} rules={[{ required: true, message: t('ui.required') }]}>
          <InputNumber min={0} suffix={unit.base} />
        </Form.Item>
        <Form.Item name={['plan', 'lift']} label={t('experiments.lift')} rules={[{ required: true, message: t('ui.required') }]}>
          <InputNumber min={0} suffix={unit.lift} />
        </Form.Item>
        {kind === 'sum' && (
          <Form.Item name={['plan', 'spread']} label={t('experiments.spread')} rules={[{ required: true, message: t('ui.required') }]}>
            <InputNumber min={0} suffix={sign} />
          </Form.Item>
        )}
        <Kept name={['plan', 'power']} />
      </Row>
      <NeededLine />
    </Form.Item>
  )
}

function NeededLine() {
  const { t } = useText()
  const values = Form.useWatch((all: ExperimentValues) => all)
  const { data } = useNeeded(powerOf(values))
  if (!data?.people) return <p className="note">{t('experiments.neededNone')}</p>
  return (
    <Alert
      type="success"
      title={t('experiments.needed', { people: exactNumber(data.people), perSide: exactNumber(data.perSide ?? 0) })}
      description={data.peopleLooking && t('experiments.neededLooking', { people: exactNumber(data.peopleLooking) })}
    />
  )
}
