import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { StagesProps } from '#console/stages/stages-result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { StagesResult } from '#insight/reports/stages/schema.ts'

type Line = StagesResult['stages'][number]

export function StageFunnel(props: StagesProps) {
  const { t } = useText()
  const { result } = props
  const weakest = weakestOf(result.stages)
  const rungs = result.stages.filter(({ current }) => current !== null)
  return (
    <>
      <Section flush title={t('stages.funnel')} note={t('stages.funnelNote')}>
        <PlainScroll>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t('stages.stage')}</th>
                {(['reached', 'conversion', 'median', 'entered', 'current', 'stuck'] as const).map((column) => (
                  <th key={column} scope="col" className="right">
                    {t(`stages.${column}`)}
                  </th>
                ))}
                <th scope="col">{t('stages.sop')}</th>
              </tr>
            </thead>
            <tbody>
              {result.stages.map((row, i) => (
                <StageLine
                  key={row.stage}
                  {...props}
                  row={row}
                  before={result.stages[i - 1]}
                  next={result.stages[i + 1]}
                  weakest={row === weakest}
                />
              ))}
            </tbody>
          </table>
        </PlainScroll>
        <p className="note sheet-foot">{t('stages.lostNow', { count: exactNumber(result.lost.current) })}</p>
      </Section>
      <Section>
        <Chart
          title={t('stages.stock')}
          unit={t('stages.stockUnit')}
          height={220}
          data={{
            kind: 'bar',
            labels: rungs.map(({ stage }) => t(`stages.names.${stage}`)),
            series: [
              { name: t('stages.start'), values: rungs.map(({ before }) => before), color: 4 },
              { name: t('stages.end'), values: rungs.map(({ current }) => current), color: 0 },
            ],
          }}
        />
      </Section>
    </>
  )
}

/** The step that loses the largest share of those who came to it. */
function weakestOf(rows: readonly Line[]): Line | undefined {
  const steps = rows.flatMap((row, i) => {
    const before = rows[i - 1]?.reached ?? 0
    return row.converted === null || before === 0 || row.waiting ? [] : [{ row, share: row.converted / before }]
  })
  return steps.sort((a, b) => a.share - b.share)[0]?.row
}

function StageLine(props: StagesProps & { row: Line; before: Line | undefined; next: Line | undefined; weakest: boolean }) {
  const { t } = useText()
  const took = useTook()
  const title = useEventTitle()
  const { row, before, next, weakest, document, drill } = props
  const stage = t(`stages.names.${row.stage}`)
  const people = (of: 'reached' | 'entered' | 'current' | 'converted' | 'stuck', at = row.stage) =>
    drill({ title: t(`stages.people.${of}`, { stage: t(`stages.names.${at}`) }), report: change(document, { persons: { stage: at, of } }) })
  const stuck = next?.converted === null || next === undefined ? undefined : row.reached - next.converted
  return (
    <tr>
      <th scope="row">
        {stage} {weakest && <Badge tone="bad">{t('stages.weakest')}</Badge>}
        {row.waiting && (
          <div className="note">
            {t('stages.waiting', { events: row.events.map(title).slice(0, 3).join(t('ui.comma')) })}{' '}
            <Link to="/integrations">{t('stages.connect')}</Link>
          </div>
        )}
      </th>
      <td className="right">
        <PeopleNumber value={row.reached} onClick={() => people('reached')} />
      </td>
      <td className="right">
        {row.converted === null || before === undefined ? (
          '—'
        ) : (
          <button type="button" className="number-button" title={exactNumber(row.converted)} onClick={() => people('converted')}>
            {percent(row.converted, before.reached)}
          </button>
        )}
      </td>
      <td className="right figure">{took(row.medianHours)}</td>
      <td className="right">
        <PeopleNumber value={row.entered} onClick={() => people('entered')} />
      </td>
      <td className="right">
        {row.current === null ? <Count value={null} /> : <PeopleNumber value={row.current} onClick={() => people('current')} />}
      </td>
      <td className="right">
        {stuck === undefined ? <Count value={null} /> : <PeopleNumber value={stuck} onClick={() => people('stuck')} />}
      </td>
      <td className="wrap">
        {row.sop ? (
          <>
            {row.sop.text}
            {row.sop.owner && <span className="note"> · {row.sop.owner}</span>}
            {row.sop.journey && (
              <Gate permission="journeys.read">
                {' '}
                <Link to="/journeys/$journeyId" params={{ journeyId: row.sop.journey }} search={{}}>
                  {t('stages.sopJourney')}
                </Link>
              </Gate>
            )}
          </>
        ) : (
          <span className="mute">{t('stages.noSop')}</span>
        )}
      </td>
    </tr>
  )
}

function useTook(): (hours: number | null) => string {
  const { t } = useText()
  return (hours) => {
    if (hours === null) return '—'
    if (hours < 1) return t('stages.minutes', { value: Math.round(hours * 60) })
    return hours < 48
      ? t('stages.hours', { value: Math.round(hours * 10) / 10 })
      : t('stages.days', { value: Math.round(hours / 2.4) / 10 })
  }
}
