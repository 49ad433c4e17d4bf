import { Link } from '@tanstack/react-router'
import { useMemberships } from '#console/groups/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

/** The groups of one customer, on the customer's page. */
export function Memberships({ customerId }: { customerId: string }) {
  const { t } = useText()
  const { may, data, error } = useMemberships(customerId)
  if (!may || error || !data) return null
  return (
    <Section title={t('groups.of')}>
      {data.items.length === 0 ? (
        <p className="note">{t('groups.ofNobody')}</p>
      ) : (
        <ul className="lines">
          {data.items.map((stay) => (
            <li key={stay.group.id + stay.joinedAt}>
              <span className="person-text">
                <Link className="person-name" to="/groups/$groupId" params={{ groupId: stay.group.id }}>
                  {stay.group.name || t('groups.unnamed')}
                </Link>
                <span className="note">
                  {t(`groups.scenes.${stay.joinScene ?? 'unknown'}`)} · <When at={stay.joinedAt} />
                </span>
              </span>
              {stay.leftAt ? (
                <Badge tone="quiet">{t(`groups.quits.${stay.quitScene ?? 'unknown'}`)}</Badge>
              ) : (
                <Badge tone="good">{t('groups.inGroup')}</Badge>
              )}
            </li>
          ))}
        </ul>
      )}
    </Section>
  )
}
