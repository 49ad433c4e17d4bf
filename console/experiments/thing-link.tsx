import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { useJourney } from '#console/journeys/queries.ts'
import { useStepWords } from '#console/journeys/words.ts'
import { useMessage } from '#console/outbound/queries.ts'
import type { Thing } from '#operation/experiments/schema.ts'
import type { Journey } from '#operation/journeys/schema.ts'

/** What is tried, by name; a click leads there. */
export function ThingLink({ thing }: { thing: Thing }) {
  const { t } = useText()
  if (thing.kind === 'journey' || thing.kind === 'journey_step') return <JourneyLink thing={thing} />
  if (thing.kind === 'message') return <MessageLink id={thing.id} />
  return (
    <>
      {t(`experiments.thingKinds.${thing.kind}`)} {thing.id}
    </>
  )
}

function JourneyLink({ thing }: { thing: Thing }) {
  const { data } = useJourney(thing.id)
  if (data?.id !== thing.id) return thing.id
  return (
    <Link to="/journeys/$journeyId" params={{ journeyId: thing.id }} search={{ step: thing.step ?? undefined }}>
      {data.name}
      {thing.step !== null && <StepName journey={data} step={thing.step} />}
    </Link>
  )
}

function StepName({ journey, step }: { journey: Journey; step: string }) {
  const drawing = journey.published ?? journey.draft
  const words = useStepWords(drawing)
  const found = drawing.steps.find(({ id }) => id === step)
  return <> · {found ? words.of(found) : step}</>
}

function MessageLink({ id }: { id: string }) {
  const { data } = useMessage(id)
  return (
    <Link to="/messages/$messageId" params={{ messageId: id }}>
      {data?.id === id ? data.name : id}
    </Link>
  )
}
