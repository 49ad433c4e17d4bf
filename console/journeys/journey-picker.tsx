import { useJourney, useJourneys } from '#console/journeys/queries.ts'
import { SearchSelect, useSearching } from '#console/ui/search-select.tsx'
import type { JourneyItem } from '#operation/journeys/schema.ts'

/** One journey, found by its name. */
export function JourneyPicker(props: {
  id?: string
  label: string
  value?: string
  onChange?: (journey: string) => void
  /** Which of them may be chosen. */
  fits: (journey: JourneyItem) => boolean
}) {
  const { value = '', onChange = () => undefined, fits } = props
  const { q, onSearch } = useSearching()
  const list = useJourneys({ q, limit: '200' })
  const { data } = useJourney(value, value !== '')
  return (
    <SearchSelect
      {...(props.id ? { id: props.id } : {})}
      label={props.label}
      value={value}
      chosen={data?.id === value ? { value, label: data.name } : undefined}
      loading={list.loading || list.refreshing}
      options={list.rows.filter(fits).map(({ id, name }) => ({ value: id, label: name }))}
      onSearch={onSearch}
      onChange={onChange}
    />
  )
}
