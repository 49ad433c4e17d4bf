import { Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Row } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { LayersResult } from '#insight/reports/layers/schema.ts'

/** What is planned for a layer; each thing leads to its page, for whom may see it. */
export function PlanOf({ layer: { plan, planned } }: { layer: LayersResult['layers'][number] }) {
  const { t } = useText()
  const may = useMay()
  if (!planned || !plan) return <Badge tone="waiting">{t('value.noPlan')}</Badge>
  const { journey, tags, offer, owner } = plan
  return (
    <Row>
      {journey && (
        <span>
          {t('value.plans.journey')}{' '}
          {may('journeys.read') ? (
            <Link to="/journeys/$journeyId" params={{ journeyId: journey.id }} search={{}}>
              {journey.name}
            </Link>
          ) : (
            journey.name
          )}
        </span>
      )}
      {tags.length > 0 && (
        <span>
          {t('value.plans.tags')}{' '}
          {tags.map(({ id, name }, at) => (
            <Fragment key={id}>
              {at > 0 && t('ui.comma')}
              {may('customers.read') ? (
                <Link to="/customers" search={{ tags: id }}>
                  {name}
                </Link>
              ) : (
                name
              )}
            </Fragment>
          ))}
        </span>
      )}
      {offer && (
        <span>
          {t('value.plans.offer')} {offer}
        </span>
      )}
      {owner && (
        <span>
          {t('value.plans.owner')}{' '}
          {may('team.read') ? (
            <Link to="/employees" search={{ q: owner.name }}>
              {owner.name}
            </Link>
          ) : (
            owner.name
          )}
        </span>
      )}
    </Row>
  )
}
