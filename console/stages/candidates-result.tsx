import { useText } from '#console/i18n/i18n.ts'
import { change, numberOf } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { ProveLink } from '#console/stages/prove-link.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { NorthStarResult } from '#insight/reports/north-star/schema.ts'

const tones = { precedes: 'good', precedes_less: 'bad', unclear: 'quiet' } as const

export function CandidatesResultView({ document, result, drill }: ResultProps<NorthStarResult>) {
  const { t } = useText()
  const title = useEventTitle()
  const early = numberOf(document.earlyDays, 7)
  if (result.rows.length === 0)
    return (
      <Section>
        <Empty
          title={t('stages.candidates.empty')}
          hint={t('stages.candidates.emptyHint')}
          action={<ButtonLink to="/integrations">{t('stages.connect')}</ButtonLink>}
        />
      </Section>
    )
  const people = (event: string, did: boolean) =>
    drill({
      title: t('stages.candidates.people', {
        days: early,
        event: title(event),
        did: t(did ? 'stages.candidates.didWord' : 'stages.candidates.didNotWord'),
      }),
      report: change(document, { persons: { event, did } }),
    })
  return (
    <Section
      flush
      title={t('stages.candidates.title')}
      note={t('stages.candidates.note', { cohort: exactNumber(result.cohort), young: exactNumber(result.tooYoung), early })}
    >
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('stages.candidates.behaviour')}</th>
              {(['did', 'rateDid', 'rateNot', 'difference', 'phi', 'odds'] as const).map((column) => (
                <th key={column} scope="col" className="right">
                  {t(`stages.candidates.${column}`)}
                </th>
              ))}
              <th scope="col">{t('stages.candidates.verdict')}</th>
              <th scope="col" aria-label={t('stages.candidates.prove')} />
            </tr>
          </thead>
          <tbody>
            {result.rows.map((row) => (
              <tr key={row.event}>
                <th scope="row" title={row.event}>
                  {title(row.event)}
                </th>
                <td className="right">
                  <PeopleNumber value={row.did.persons} onClick={() => people(row.event, true)} />
                </td>
                <td className="right figure">{percent(row.did.outcome, row.did.persons)}</td>
                <td className="right">
                  <button type="button" className="number-button" onClick={() => people(row.event, false)}>
                    {percent(row.didNot.outcome, row.didNot.persons)}
                  </button>
                </td>
                <td className="right figure">
                  {points(row.difference)}{' '}
                  <span className="note">
                    ({points(row.low)} … {points(row.high)})
                  </span>
                </td>
                <td className="right figure">{row.phi.toFixed(2)}</td>
                <td className="right figure">{row.oddsRatio === null ? '—' : row.oddsRatio.toFixed(1)}</td>
                <td>
                  <Badge tone={tones[row.verdict]}>{t(`stages.candidates.verdicts.${row.verdict}`)}</Badge>
                </td>
                <td className="right">
                  <ProveLink document={document} result={result} row={row} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
      <p className="note sheet-foot">{t('stages.candidates.caveat', { count: result.compared })}</p>
    </Section>
  )
}

const points = (difference: number): string =>
  `${difference > 0 ? '+' : difference < 0 ? '−' : ''}${(Math.abs(difference) * 100).toFixed(1)}`
