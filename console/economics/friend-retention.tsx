import type { EconomicsProps } from '#console/economics/economics-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'

/** Of those who came so long ago, who is still a friend, by channel. */
export function FriendRetention({ document, result, drill }: EconomicsProps) {
  const { t } = useText()
  const rows = result.rows.filter(({ retention }) => retention.some(({ old }) => old > 0))
  if (rows.length === 0) return null
  return (
    <Section flush title={t('economics.retention')} note={t('economics.retentionNote')}>
      <PlainScroll>
        <table className="plain-table heat">
          <thead>
            <tr>
              <th scope="col">{t('economics.channel')}</th>
              {result.total.retention.map(({ days }) => (
                <th key={days} scope="col">
                  {t('economics.after', { days })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => {
              const name = row.name ?? t('economics.noChannel')
              return (
                <tr key={row.channel ?? 'none'}>
                  <th scope="row" style={{ paddingLeft: 20 + row.depth * 20 }}>
                    {name}
                  </th>
                  {row.retention.map(({ days, old, kept }) => (
                    <td
                      key={days}
                      className="heat-cell"
                      style={{ '--heat': `${old === 0 ? 0 : Math.round((kept / old) * 60)}%` } as object}
                      title={t('economics.old', { kept, old })}
                    >
                      {kept === 0 ? (
                        percent(kept, old)
                      ) : (
                        <button
                          type="button"
                          className="number-button"
                          onClick={() =>
                            drill({
                              title: t('economics.people.kept', { name, days }),
                              report: change(document, { persons: { channel: row.channel, of: 'kept', days } }),
                            })
                          }
                        >
                          {percent(kept, old)}
                        </button>
                      )}
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}
