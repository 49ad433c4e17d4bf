import { Link } from '@tanstack/react-router'
import { useMay } from '#console/api/session.ts'
import type { Named } from '#console/api/types.ts'
import { useText } from '#console/i18n/i18n.ts'

/** Who greets where a code or link has no words of its own: journeys may, else nobody. */
export function Greeters({ journeys }: { journeys: readonly Named[] }) {
  const { t } = useText()
  const may = useMay()('journeys.read')
  if (journeys.length === 0) return t('liveCodes.noWelcome')
  return (
    <>
      {t('liveCodes.journeysGreet')}
      {journeys.map(({ id, name }, i) => (
        <span key={id}>
          {i > 0 && t('ui.comma')}
          {may ? (
            <Link to="/journeys/$journeyId" params={{ journeyId: id }}>
              {name}
            </Link>
          ) : (
            name
          )}
        </span>
      ))}
    </>
  )
}
