import { AutoComplete } from 'antd'
import { usePropertyName } from '#console/events/property-names.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useProperties } from '#console/reports/event-picker.tsx'
import { useAttributes, usePlan } from '#console/reports/queries.ts'

export interface Property {
  name: string
  scope: 'event' | 'person'
}

/** A property of the events or of the people, or of the events alone; a name that nobody has sent yet may be typed too. */
export function PropertyPicker(props: {
  label: string
  events: string[]
  value: Property
  onChange: (property: Property) => void
  eventsOnly?: boolean
}) {
  const { t } = useText()
  const properties = useProperties(props.events)
  const propertyName = usePropertyName(props.events)
  const attributes = useAttributes().data?.items ?? []
  const told = usePlan().data?.personProperties ?? []
  const named = new Set(['gender', 'kind', ...attributes.map(({ key }) => key)])
  const option = (scope: Property['scope'], name: string, label: string) => ({ value: `${scope}:${name}`, label, find: `${name} ${label}` })
  const ofPeople = [
    option('person', 'gender', t('events.keys.gender')),
    option('person', 'kind', t('events.keys.kind')),
    ...attributes.map(({ key, name }) => option('person', key, name)),
    // Told by programs, declared by nobody.
    ...told.filter((key) => !named.has(key)).map((key) => option('person', key, key)),
  ]
  const shown =
    props.value.name === ''
      ? ''
      : (ofPeople.find(({ value }) => value === `person:${props.value.name}`)?.label ?? propertyName(props.value.name))
  const title = props.value.scope === 'person' ? shown : propertyName(props.value.name)
  return (
    <AutoComplete
      // Once more when its name is known: what stands in the field is only said when it is drawn first.
      key={`${props.value.scope}:${props.value.name} ${title}`}
      className="wide"
      aria-label={props.label}
      placeholder={t('reports.property')}
      popupMatchSelectWidth={false}
      defaultValue={title}
      showSearch={{
        filterOption: (text, one) => one !== undefined && 'find' in one && String(one.find).toLowerCase().includes(text.toLowerCase()),
      }}
      options={[
        {
          label: t('reports.ofEvent'),
          options: properties.map((name) => option('event', name, propertyName(name))),
        },
        ...(props.eventsOnly ? [] : [{ label: t('reports.ofPerson'), options: ofPeople }]),
      ]}
      onSelect={(value: string) => {
        const [scope, ...name] = value.split(':')
        props.onChange({ name: name.join(':'), scope: scope === 'person' ? 'person' : 'event' })
      }}
      onBlur={(event) => {
        const typed = (event.target as HTMLInputElement).value?.trim() ?? ''
        if (typed && typed !== shown && !typed.includes(':') && typed !== propertyName(props.value.name))
          props.onChange({ name: typed, scope: 'event' })
      }}
    />
  )
}
