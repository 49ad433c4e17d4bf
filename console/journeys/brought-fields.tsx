import { Input, InputNumber, Select } from 'antd'
import { usePropertyName } from '#console/events/property-names.ts'
import { useText } from '#console/i18n/i18n.ts'
import { type Brought, propertiesAsked } from '#console/journeys/brought.ts'
import { Field } from '#console/reports/fields.tsx'
import { usePlan } from '#console/reports/queries.ts'
import type { Definition } from '#operation/journeys/definition.ts'

/** What somebody is to come in with, where the drawing asks for it. */
export function BroughtFields(props: { drawing: Definition; value: Brought; onChange: (value: Brought) => void }) {
  const { t } = useText()
  const { drawing, value, onChange } = props
  return (
    <PropertyFields
      name={t('journeys.brought')}
      hint={t('journeys.broughtHint')}
      asked={propertiesAsked(drawing)}
      events={drawing.entry.by === 'event' ? [drawing.entry.event] : []}
      value={value}
      onChange={onChange}
    />
  )
}

/** A value for each property that is asked for, by the type that one of the events declares. */
export function PropertyFields(props: {
  name: string
  hint: string
  asked: readonly string[]
  events: readonly string[]
  value: Brought
  onChange: (value: Brought) => void
}) {
  const { asked, events, value } = props
  const propertyName = usePropertyName(events)
  const plans = usePlan().data?.items.filter(({ name }) => events.includes(name)) ?? []
  const declared = plans.flatMap(({ plan }) => plan?.properties ?? [])
  if (asked.length === 0) return null
  const say = (name: string, said: Brought[string] | null | undefined) => {
    const { [name]: _gone, ...rest } = value
    props.onChange(said === null || said === undefined || said === '' ? rest : { ...rest, [name]: said })
  }
  return (
    <Field name={props.name} hint={props.hint}>
      <div className="journey-brought">
        {asked.map((name) => (
          <Field key={name} name={propertyName(name)}>
            <Value
              label={propertyName(name)}
              type={declared.find((one) => one.name === name)?.type}
              value={value[name]}
              onChange={(said) => say(name, said)}
            />
          </Field>
        ))}
      </div>
    </Field>
  )
}

function Value(props: {
  label: string
  type: string | undefined
  value: Brought[string] | undefined
  onChange: (value: Brought[string] | null | undefined) => void
}) {
  const { t } = useText()
  const { label, value, onChange } = props
  if (props.type === 'number')
    return <InputNumber className="wide" aria-label={label} value={value === undefined ? null : Number(value)} onChange={onChange} />
  if (props.type === 'boolean')
    return (
      <Select
        className="wide"
        aria-label={label}
        allowClear
        value={value === undefined ? null : String(value)}
        options={[
          { value: 'true', label: t('journeys.yes') },
          { value: 'false', label: t('journeys.no') },
        ]}
        onChange={(said: string | undefined) => onChange(said === undefined ? undefined : said === 'true')}
      />
    )
  return (
    <Input
      aria-label={label}
      maxLength={500}
      value={value === undefined ? '' : String(value)}
      onChange={(event) => onChange(event.target.value)}
    />
  )
}
