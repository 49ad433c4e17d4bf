import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useJourney, useJourneyNames } from '#console/journeys/queries.ts'
import { useStepWords } from '#console/journeys/words.ts'
import { reasonOptions } from '#console/outbound/labels.tsx'
import { Sends } from '#console/outbound/sends.tsx'
import { FilterBar, type FilterValues } from '#console/ui/filter-bar.tsx'
import { Section } from '#console/ui/page.tsx'
import type { Journey } from '#operation/journeys/schema.ts'
import { sendStates } from '#operation/outbound/schema.ts'

interface Props {
  query: FilterValues
  onChange: (change: FilterValues) => void
}

type Options = { value: string; label: string }[]

/** What became of every message; of one journey or one of its steps when asked. */
export function History(props: Props) {
  const may = useMay()('journeys.read')
  return (
    <>
      {may ? <WithJourneys {...props} /> : <Filters {...props} />}
      <Section flush>
        <Sends name="sends" query={props.query} />
      </Section>
    </>
  )
}

function WithJourneys(props: Props) {
  const { journey } = props.query
  const listed = useJourneyNames()
  const chosen = useJourney(journey ?? '', journey !== undefined).data
  const found = journey !== undefined && chosen?.id === journey ? chosen : undefined
  // One that is put away is named all the same.
  const journeys = found && !listed.some(({ value }) => value === found.id) ? [...listed, { value: found.id, label: found.name }] : listed
  return found ? <WithSteps {...props} journeys={journeys} journey={found} /> : <Filters {...props} journeys={journeys} />
}

function WithSteps({ journey, ...props }: Props & { journeys: Options; journey: Journey }) {
  const drawing = journey.published ?? journey.draft
  const words = useStepWords(drawing)
  const steps = drawing.steps
    .filter(({ type }) => type === 'message' || type === 'group_message')
    .map((step) => ({ value: step.id, label: words.of(step) }))
  return <Filters {...props} steps={steps} />
}

function Filters({ query, onChange, journeys, steps }: Props & { journeys?: Options; steps?: Options }) {
  const { t } = useText()
  return (
    <FilterBar
      values={query}
      // A step says nothing without its journey.
      onChange={(change) => onChange('journey' in change ? { ...change, step: undefined } : change)}
      filters={[
        {
          kind: 'choice',
          key: 'state',
          label: t('outbound.state'),
          options: sendStates.map((value) => ({ value, label: t(`outbound.sendStates.${value}`) })),
        },
        { kind: 'choice', key: 'reason', label: t('outbound.reason'), options: reasonOptions(t) },
        ...(journeys ? [{ kind: 'choice' as const, key: 'journey', label: t('outbound.journey'), options: journeys }] : []),
        ...(steps ? [{ kind: 'choice' as const, key: 'step', label: t('outbound.step'), options: steps }] : []),
      ]}
    />
  )
}
