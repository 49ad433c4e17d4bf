import { Select } from 'antd'
import { useEventTitle as usePlanTitle } from '#console/events/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { type PlannedEvent, usePlan } from '#console/reports/queries.ts'
import { shortNumber } from '#console/ui/format.ts'

/** How a matcher's event is called, any event among them. */
export function useEventTitle(): (name: string) => string {
  const { t } = useText()
  const titleOf = usePlanTitle()
  return (name) => (name === '*' ? t('reports.anyEvent') : titleOf(name))
}

/** One event of the tracking plan: the product's own first, then what senders report; those that happen most stand on top. */
export function EventPicker(props: { label: string; value: string; onChange: (event: string) => void; any?: boolean }) {
  const { t, language } = useText()
  const plan = usePlan()
  const title = useEventTitle()
  const items = [...(plan.data?.items ?? [])].sort((a, b) => b.events - a.events)
  const option = ({ name, events }: PlannedEvent) => ({
    value: name,
    label: title(name),
    find: `${name} ${title(name)}`,
    note: events > 0 ? shortNumber(events, language) : '',
  })
  const group = (label: string, some: PlannedEvent[]) => (some.length > 0 ? [{ label, title: label, options: some.map(option) }] : [])
  const known = props.value === '' || props.value === '*' || items.some(({ name }) => name === props.value)
  return (
    <Select
      className="wide"
      aria-label={props.label}
      placeholder={t('reports.chooseEvent')}
      loading={plan.isPending}
      status={plan.error ? 'error' : ''}
      showSearch={{ optionFilterProp: 'find' }}
      popupMatchSelectWidth={false}
      value={props.value || null}
      onChange={(event: string | null) => event && props.onChange(event)}
      options={[
        ...(props.any ? [{ value: '*', label: t('reports.anyEvent'), find: '*', note: '' }] : []),
        ...(known ? [] : [{ value: props.value, label: props.value, find: props.value, note: '' }]),
        ...group(
          t('reports.ownEvents'),
          items.filter(({ declared }) => declared),
        ),
        ...group(
          t('reports.sentEvents'),
          items.filter(({ declared }) => !declared),
        ),
      ]}
      optionRender={({ data, label }) => (
        <span className="row between">
          <span>{label}</span>
          <span className="note figure">{'note' in data ? String(data.note) : ''}</span>
        </span>
      )}
    />
  )
}

/** Properties that an event carries; of several events or any event, all of them. */
export function useProperties(events: readonly string[]): string[] {
  const plan = usePlan()
  const all = plan.data?.items ?? []
  const asked = events.includes('*') ? all : all.filter(({ name }) => events.includes(name))
  return [...new Set(asked.flatMap(({ properties }) => properties))].sort()
}
