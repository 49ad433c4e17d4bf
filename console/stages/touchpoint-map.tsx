import { Link } from '@tanstack/react-router'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import type { StagesProps } from '#console/stages/stages-result.tsx'
import { Count } from '#console/ui/count.tsx'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import { stages } from '#insight/reports/stages/schema.ts'

export function TouchpointMap({ result }: StagesProps) {
  const { t } = useText()
  const title = useEventTitle()
  const rows = stages.flatMap((stage) => result.touchpoints.filter((one) => one.stage === stage))
  return (
    <Section flush title={t('stages.map')} note={t('stages.mapNote')}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('stages.stage')}</th>
              <th scope="col">{t('stages.touchpoint')}</th>
              <th scope="col">{t('stages.event')}</th>
              <th scope="col" className="right">
                {t('stages.volume')}
              </th>
              <th scope="col" className="right">
                {t('stages.persons')}
              </th>
              <th scope="col" className="right">
                {t('stages.lastSeen')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={`${row.stage} ${row.name} ${row.event}`}>
                <th scope="row">{rows[i - 1]?.stage === row.stage ? '' : t(`stages.names.${row.stage}`)}</th>
                <td>{textOr(`stages.given.${row.name}`, row.name)}</td>
                <td title={row.event}>{title(row.event)}</td>
                <td className="right">
                  <Count value={row.volume} />
                </td>
                <td className="right">
                  <Count value={row.persons} />
                </td>
                <td className="right">
                  {row.lastSeen ? (
                    <When at={row.lastSeen} />
                  ) : (
                    <>
                      <Badge tone="waiting">{t('stages.unbound')}</Badge> <Link to="/integrations">{t('stages.connect')}</Link>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}
