import { DeleteOutlined } from '@ant-design/icons'
import { Button, Checkbox, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { AttributeStepFields } from '#console/journeys/attribute-step-fields.tsx'
import { connect } from '#console/journeys/drawing.ts'
import { AwaitedFields } from '#console/journeys/happening-fields.tsx'
import { BranchFields, SplitFields } from '#console/journeys/path-fields.tsx'
import { DurationField, TextField, TimeField, WeekdaysField } from '#console/journeys/small-fields.tsx'
import { stepIcons } from '#console/journeys/step-icons.tsx'
import { StageFields, TellingFields } from '#console/journeys/telling-fields.tsx'
import { useStepWords } from '#console/journeys/words.ts'
import { ChoiceField, Field } from '#console/reports/fields.tsx'
import { TagPicker } from '#console/tags/tag-picker.tsx'
import { type Definition, type Step, type StepOf, waysOf } from '#operation/journeys/definition.ts'
import { variables } from '#operation/variables.ts'

export interface StepFieldsProps<Type extends Step['type']> {
  step: StepOf<Type>
  drawing: Definition
  onChange: (step: Step) => void
}

/** Everything that a step says. */
export function StepForm(props: {
  step: Step
  drawing: Definition
  onChange: (step: Step) => void
  onDraw: (drawing: Definition) => void
  onRemove: () => void
}) {
  const { t } = useText()
  const { step, drawing, onChange } = props
  const Icon = stepIcons[step.type]
  return (
    <div className="fields journey-form">
      <div className="row between">
        <h2 className="journey-form-title">
          <Icon aria-hidden="true" /> {t(`journeys.types.${step.type}`)}
        </h2>
        <Button type="text" danger size="small" icon={<DeleteOutlined />} onClick={props.onRemove}>
          {t('journeys.removeStep')}
        </Button>
      </div>
      <OwnFields step={step} drawing={drawing} onChange={onChange} />
      <NextFields step={step} drawing={drawing} onDraw={props.onDraw} />
      <TextField
        name={t('journeys.fields.stepName')}
        hint={t('journeys.fields.stepNameHint')}
        max={60}
        value={step.name ?? ''}
        onChange={(name) => onChange(name === '' ? nameless(step) : { ...step, name })}
      />
    </div>
  )
}

function nameless(step: Step): Step {
  const { name: _gone, ...rest } = step
  return rest as Step
}

function OwnFields({ step, drawing, onChange }: { step: Step; drawing: Definition; onChange: (step: Step) => void }) {
  switch (step.type) {
    case 'tag':
      return <TagFields step={step} drawing={drawing} onChange={onChange} />
    case 'attribute':
      return <AttributeStepFields step={step} drawing={drawing} onChange={onChange} />
    case 'task':
      return <TaskFields step={step} drawing={drawing} onChange={onChange} />
    case 'stage':
      return <StageFields step={step} drawing={drawing} onChange={onChange} />
    case 'welcome':
    case 'message':
    case 'group_message':
    case 'moment':
    case 'sms':
    case 'notice':
      return <TellingFields step={step} drawing={drawing} onChange={onChange} />
    case 'offer':
      return <OfferFields step={step} drawing={drawing} onChange={onChange} />
    case 'signal':
      return <SignalFields step={step} drawing={drawing} onChange={onChange} />
    case 'wait':
    case 'wait_until':
    case 'wait_for':
      return <WaitFields step={step} drawing={drawing} onChange={onChange} />
    case 'branch':
      return <BranchFields step={step} drawing={drawing} onChange={onChange} />
    case 'split':
      return <SplitFields step={step} drawing={drawing} onChange={onChange} />
    default:
      return null
  }
}

function TagFields({ step, onChange }: StepFieldsProps<'tag'>) {
  const { t } = useText()
  return (
    <>
      <ChoiceField
        name={t('journeys.fields.tagAct')}
        value={step.remove ? 'take' : 'give'}
        options={(['give', 'take'] as const).map((value) => ({ value, label: t(`journeys.fields.${value}`) }))}
        onChange={(act) => onChange({ ...step, remove: act === 'take' })}
      />
      <Field name={t('journeys.fields.tag')}>
        <TagPicker value={step.tag} onChange={(tag) => onChange({ ...step, tag })} />
      </Field>
    </>
  )
}

function TaskFields({ step, onChange }: StepFieldsProps<'task'>) {
  const { t } = useText()
  const { due, ...undue } = step
  const named = Object.keys(variables).map((name) => `{{${name}}}`)
  return (
    <>
      <TextField name={t('journeys.fields.taskTitle')} max={100} value={step.title} onChange={(title) => onChange({ ...step, title })} />
      <TextField
        name={t('journeys.fields.script')}
        hint={t('journeys.fields.scriptHint', { variables: named.join(t('ui.comma')), example: '{{name|您好}}' })}
        max={4000}
        rows={3}
        value={step.script ?? ''}
        onChange={(script) => onChange({ ...step, script })}
      />
      <Checkbox
        checked={due === undefined}
        onChange={({ target }) => onChange(target.checked ? undue : { ...step, due: { value: 24, unit: 'hour' } })}
      >
        {t('journeys.fields.dueNone')}
      </Checkbox>
      {due && <DurationField name={t('journeys.fields.due')} value={due} onChange={(next) => onChange({ ...step, due: next })} />}
    </>
  )
}

function OfferFields({ step, onChange }: StepFieldsProps<'offer'>) {
  const { t } = useText()
  return (
    <>
      <ChoiceField
        name={t('journeys.fields.offer')}
        value={step.offer}
        options={(['coupon', 'points'] as const).map((value) => ({ value, label: t(`journeys.fields.offers.${value}`) }))}
        onChange={(offer) => onChange({ ...step, offer })}
      />
      <TextField name={t('journeys.fields.offerValue')} max={100} value={step.value} onChange={(value) => onChange({ ...step, value })} />
    </>
  )
}

function SignalFields({ step, onChange }: StepFieldsProps<'signal'>) {
  const { t } = useText()
  return (
    <TextField
      name={t('journeys.fields.signal')}
      hint={t('journeys.fields.signalHint')}
      max={60}
      value={step.signal}
      onChange={(signal) => onChange({ ...step, signal })}
    />
  )
}

function WaitFields({ step, drawing, onChange }: StepFieldsProps<'wait' | 'wait_until' | 'wait_for'>) {
  const { t } = useText()
  if (step.type === 'wait')
    return <DurationField name={t('journeys.fields.span')} value={step.for} onChange={(span) => onChange({ ...step, for: span })} />
  if (step.type === 'wait_for')
    return (
      <>
        <Field name={t('journeys.fields.happens')}>
          <AwaitedFields values={step.happens} drawing={drawing} onChange={(happens) => onChange({ ...step, happens })} />
        </Field>
        <DurationField name={t('journeys.fields.timeout')} value={step.timeout} onChange={(timeout) => onChange({ ...step, timeout })} />
      </>
    )
  const { weekdays, ...everyDay } = step
  return (
    <>
      <TimeField name={t('journeys.fields.time')} value={step.at_time} onChange={(time) => onChange({ ...step, at_time: time })} />
      <WeekdaysField
        name={t('journeys.fields.weekdays')}
        hint={t('journeys.fields.weekdaysHint')}
        value={weekdays ?? []}
        onChange={(days) => onChange(days.length === 0 ? everyDay : { ...step, weekdays: days })}
      />
    </>
  )
}

/** Where each way leads: the same as dragging it, for hands on the keyboard and for phones. */
function NextFields({ step, drawing, onDraw }: { step: Step; drawing: Definition; onDraw: (drawing: Definition) => void }) {
  const { t } = useText()
  const words = useStepWords(drawing)
  const others = drawing.steps.flatMap((one) => (one.id === step.id ? [] : [{ value: one.id, label: words.of(one) }]))
  return waysOf(step).map(({ way, to }) => {
    const said = words.way(step, way)
    const name = said ? t('journeys.fields.leadsToWay', { way: said }) : t('journeys.fields.leadsTo')
    return (
      <Field key={way} name={name}>
        <Select
          className="wide"
          aria-label={name}
          showSearch={{ optionFilterProp: 'label' }}
          value={to ?? ''}
          options={[{ value: '', label: t('journeys.fields.nowhere') }, ...others]}
          onChange={(next) => onDraw(connect(drawing, { step: step.id, way }, next || null))}
        />
      </Field>
    )
  })
}
