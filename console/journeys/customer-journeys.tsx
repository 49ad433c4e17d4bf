import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { RunState } from '#console/journeys/people.tsx'
import { useJourneysOf } from '#console/journeys/queries.ts'
import { Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'

/** The journeys that a customer is or was on, on the customer's page. */
export function CustomerJourneys({ customerId }: { customerId: string }) {
  const { t } = useText()
  const { may, data, error } = useJourneysOf(customerId)
  if (!may || error || !data || data.items.length === 0) return null
  return (
    <Section title={t('journeys.ofCustomer')}>
      <ul className="lines">
        {data.items.map(({ journey, run }) => (
          <li key={run.id}>
            <span className="person-text">
              <Link className="person-name" to="/journeys/$journeyId" params={{ journeyId: journey.id }}>
                {journey.name}
              </Link>
              <span className="note">
                {t('journeys.since')} <When at={run.enteredAt} />
              </span>
            </span>
            <RunState run={run} t={t} />
          </li>
        ))}
      </ul>
    </Section>
  )
}
