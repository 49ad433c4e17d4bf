import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { StagesProps } from '#console/stages/stages-result.tsx'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { ladder } from '#insight/reports/stages/schema.ts'

const places = ['none', 'lost', ...ladder] as const

/** Who stood where at the start stands where at the end. */
export function FlowTable({ document, result, drill }: StagesProps) {
  const { t } = useText()
  const most = Math.max(1, ...result.flows.filter(({ from, to }) => from !== to).map(({ persons }) => persons))
  const countOf = (from: string, to: string) => result.flows.find((flow) => flow.from === from && flow.to === to)?.persons ?? 0
  return (
    <Section flush title={t('stages.flowTable')} note={t('stages.flowNote')}>
      <PlainScroll>
        <table className="plain-table heat">
          <thead>
            <tr>
              <th scope="col">{t('stages.stage')}</th>
              {places.slice(1).map((to) => (
                <th key={to} scope="col">
                  {t(`stages.names.${to}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {places.map((from) => (
              <tr key={from}>
                <th scope="row">{t(`stages.names.${from}`)}</th>
                {places.slice(1).map((to) => {
                  const persons = countOf(from, to)
                  const heat = from === to ? 6 : Math.round(Math.sqrt(persons / most) * 60)
                  return (
                    <td key={to} className="heat-cell" style={{ '--heat': `${persons === 0 ? 0 : heat}%` } as object}>
                      {persons === 0 ? (
                        <span className="mute">·</span>
                      ) : (
                        <PeopleNumber
                          value={persons}
                          onClick={() =>
                            drill({
                              title: t('stages.people.flow', { from: t(`stages.names.${from}`), to: t(`stages.names.${to}`) }),
                              report: change(document, { persons: { from, to } }),
                            })
                          }
                        />
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}
