import { Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { shareText } from '#console/trade/amount.tsx'
import { CohortTable, LifetimeCurve } from '#console/trade/cohorts.tsx'
import { DueList } from '#console/trade/due-list.tsx'
import { FirstCohorts } from '#console/trade/first-cohorts.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { gapsDocument, repurchaseDocument, useCohorts, useGaps, useRepurchase } from '#console/trade/queries.ts'
import type { TradeProps } from '#console/trade/trade-page.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Columns, Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'

/** Who comes back, after how long, and what that is worth. */
export function Repurchase({ asked, drill }: TradeProps) {
  const { t } = useText()
  const again = useRepurchase(asked)
  const cohorts = useCohorts(asked)
  if (again.error && !again.data)
    return (
      <Section>
        <Problem error={again.error} retry={() => void again.refetch()} />
      </Section>
    )
  if (!again.data)
    return (
      <Section>
        <Skeleton active paragraph={{ rows: 10 }} />
      </Section>
    )
  const { result } = again.data
  if (result.buyers === 0) return <Nothing title={t('trade.empty')} hint={t('trade.emptyHint')} />
  return (
    <>
      <Figures asked={asked} result={result} drill={drill} />
      <Columns shares={[1, 1]}>
        <FirstCohorts asked={asked} result={result} drill={drill} />
        <Gaps asked={asked} drill={drill} />
      </Columns>
      {cohorts.data && <CohortTable asked={asked} result={cohorts.data.result} drill={drill} />}
      {cohorts.data && <LifetimeCurve result={cohorts.data.result} />}
      <DueList rows={result.rows ?? []} />
    </>
  )
}

function Figures({ asked, result, drill }: TradeProps & { result: RepurchaseResult }) {
  const { t } = useText()
  const people = (of: 'buyers' | 'repeated', name: string, count: number) => (
    <button
      type="button"
      className="number-button"
      disabled={count === 0}
      onClick={() => drill({ title: t('trade.peopleOf', { name }), report: { ...repurchaseDocument(asked), rows: 0, persons: { of } } })}
    >
      <Count value={count} />
    </button>
  )
  const { median, lowerQuartile, upperQuartile } = result.cycle
  return (
    <Stats>
      <Stat name={t('trade.buyers')} value={people('buyers', t('trade.buyers'), result.buyers)} />
      <Stat name={t('trade.repeated')} value={people('repeated', t('trade.repeated'), result.repeated)} />
      <Stat name={t('trade.repurchaseRate')} value={shareText(result.rate)} />
      <Stat
        name={t('trade.cycle')}
        hint={`${t('trade.cycleHint')}${median === null ? '' : ` · ${t('trade.quartiles', { low: lowerQuartile ?? 0, high: upperQuartile ?? 0 })}`}`}
        value={median === null ? '—' : t('trade.days', { count: median })}
      />
    </Stats>
  )
}

function Gaps({ asked, drill }: TradeProps) {
  const { t } = useText()
  const { data } = useGaps(asked)
  if (!data)
    return (
      <Section>
        <Skeleton active />
      </Section>
    )
  const { bins, open } = data.result
  const labels = bins.map(({ from, to }) => (to === null ? t('trade.dayAbove', { from }) : t('trade.dayRange', { from, to })))
  return (
    <Section>
      <Chart
        title={t('trade.gaps')}
        unit={t('trade.orders')}
        note={t('trade.gapsNote', { count: exactNumber(open) })}
        height={240}
        data={{ kind: 'bar', labels, series: [{ name: t('trade.orders'), values: bins.map(({ intervals }) => intervals) }] }}
        onPick={(bin) => drill({ title: labels[bin] ?? '', report: { ...gapsDocument(asked), persons: { bin } } })}
      />
    </Section>
  )
}
