import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { textOf } from '#console/reports/document.ts'
import { intervalLabel } from '#console/reports/labels.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { minorOf, shareText } from '#console/trade/amount.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { exactMoney, exactNumber, shortMoney, todayIn } from '#console/ui/format.ts'
import { Columns, Facts, Section } from '#console/ui/page.tsx'
import type { TradeResult } from '#insight/reports/trade/schema.ts'

type Props = ResultProps<TradeResult>

export function Trend(props: Props) {
  return (
    <>
      <Section>
        <Paid {...props} />
      </Section>
      <Columns shares={[2, 1]}>
        <Section>
          <NewAndOld {...props} />
        </Section>
        <Refunds {...props} />
      </Columns>
    </>
  )
}

function Paid({ document, result, drill }: Props) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const { currency, series, compareSeries, intervals } = result
  const interval = textOf(document.interval, 'day')
  return (
    <Chart
      title={t('trade.trend')}
      unit={currency}
      data={{
        kind: 'line',
        labels: intervals.map((label) => intervalLabel(label, interval)),
        incomplete: textOf(document.dateTo) >= todayIn(timezone),
        format: (value) => shortMoney(minorOf(value, currency) ?? 0, currency, language),
        series: [
          { name: t('trade.paid'), values: series.paid },
          ...(compareSeries
            ? [
                {
                  name: t(`trade.compared.${document.compare === 'previous_year' ? 'previous_year' : 'previous_period'}`),
                  values: intervals.map((_, i) => compareSeries.paid[i] ?? null),
                  compare: true,
                  color: 0,
                },
              ]
            : []),
        ],
      }}
      onPick={(index) =>
        drill({ title: intervalLabel(intervals[index] ?? '', interval), report: { ...document, persons: { interval: index } } })
      }
    />
  )
}

function NewAndOld({ document, result, drill }: Props) {
  const { t } = useText()
  const { currency, series, intervals, totals } = result
  const interval = textOf(document.interval, 'day')
  const share = totals.newPaid + totals.oldPaid === 0 ? null : totals.newPaid / (totals.newPaid + totals.oldPaid)
  const note = t('trade.newPaid', { amount: exactMoney(minorOf(totals.newPaid, currency) ?? 0, currency), share: shareText(share) })
  return (
    <Chart
      title={t('trade.newAndOld')}
      unit={t('trade.people')}
      note={`${t('trade.newAndOldNote')} · ${note}`}
      height={240}
      data={{
        kind: 'stack',
        labels: intervals.map((label) => intervalLabel(label, interval)),
        series: [
          { name: t('trade.newBuyers'), values: series.newBuyers, color: 0 },
          { name: t('trade.oldBuyers'), values: series.buyers.map((buyers, i) => buyers - (series.newBuyers[i] ?? 0)), color: 1 },
        ],
      }}
      onPick={(index) =>
        drill({ title: intervalLabel(intervals[index] ?? '', interval), report: { ...document, persons: { interval: index } } })
      }
    />
  )
}

function Refunds({ document, result: { totals, currency }, drill }: Props) {
  const { t } = useText()
  const both = (amount: number | null, orders: number | null) =>
    `${shareText(amount)} ${t('trade.byAmount')} · ${shareText(orders)} ${t('trade.byOrder')}`
  return (
    <Section
      title={t('trade.refunds')}
      note={t('trade.refundsNote', { orders: exactNumber(totals.refundedOrders), exchanged: exactNumber(totals.exchangedOrders) })}
    >
      <Facts
        items={[
          {
            name: t('trade.refunded'),
            value: (
              <button
                type="button"
                className="number-button"
                disabled={totals.refundedOrders === 0}
                onClick={() =>
                  drill({
                    title: t('trade.peopleOf', { name: t('trade.refunds') }),
                    report: { ...document, persons: { of: 'refunded' } },
                  })
                }
              >
                {exactMoney(minorOf(totals.refunded, currency) ?? 0, currency)}
              </button>
            ),
          },
          { name: t('trade.refundRate'), value: both(totals.refundRate, totals.refundOrderRate) },
          { name: t('trade.exchangeRate'), value: both(totals.exchangeRate, totals.exchangeOrderRate) },
        ]}
      />
    </Section>
  )
}
