import { Segmented } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount, minorOf } from '#console/trade/amount.tsx'
import { CsvButton } from '#console/trade/csv-button.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { currencySign, exactNumber, percent } from '#console/ui/format.ts'
import { Columns, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { type TradeDimension, type TradeResult, tradeDimensions } from '#insight/reports/trade/schema.ts'

type Props = ResultProps<TradeResult>

// It knows every city of the country.
const RegionMap = lazy(() => import('#console/trade/region-map.tsx').then((module) => ({ default: module.RegionMap })))

/** The same orders, divided: by amount, by how often somebody bought, by where they came from. */
export function Divisions(props: Props) {
  return (
    <>
      <Columns shares={[1, 1]}>
        <Section>
          <Bands {...props} />
        </Section>
        <Section>
          <PurchaseCounts {...props} />
        </Section>
      </Columns>
      <Breakdowns {...props} />
    </>
  )
}

function Bands({ document, result: { bands, currency }, drill }: Props) {
  const { t } = useText()
  const sign = currencySign(currency)
  const labels = bands.map(({ from, to }) =>
    to === null ? t('trade.bandAbove', { from: `${sign}${exactNumber(from)}` }) : `${sign}${exactNumber(from)}–${exactNumber(to)}`,
  )
  return (
    <Chart
      title={t('trade.bands')}
      unit={t('trade.orders')}
      height={240}
      data={{ kind: 'bar', labels, series: [{ name: t('trade.orders'), values: bands.map(({ orders }) => orders) }] }}
      onPick={(band) => drill({ title: labels[band] ?? '', report: { ...document, persons: { band } } })}
    />
  )
}

function PurchaseCounts({ document, result: { purchaseCounts }, drill }: Props) {
  const { t } = useText()
  const labels = purchaseCounts.map(({ orders }) => t(orders === 5 ? 'trade.timesMore' : 'trade.times', { count: orders }))
  return (
    <Chart
      title={t('trade.purchaseCounts')}
      unit={t('trade.people')}
      height={240}
      data={{ kind: 'bar', labels, series: [{ name: t('trade.buyers'), values: purchaseCounts.map(({ buyers }) => buyers) }] }}
      onPick={(index) => drill({ title: labels[index] ?? '', report: { ...document, persons: { orders: index + 1 } } })}
    />
  )
}

function Breakdowns({ document, result, drill }: Props) {
  const { t } = useText()
  const [chosen, setBy] = useState<TradeDimension>('region')
  const dimensions = tradeDimensions.filter((one) => result.breakdowns.some(({ by }) => by === one))
  const by = dimensions.includes(chosen) ? chosen : (dimensions[0] ?? 'region')
  const rows = result.breakdowns.find((one) => one.by === by)?.rows ?? []
  const most = Math.max(1, ...rows.map(({ paid }) => paid))
  if (dimensions.length === 0) return null
  const nameOf = (row: Pick<(typeof rows)[number], 'value'> & { other?: boolean | undefined }) =>
    row.other ? t('trade.other') : (row.value ?? t('trade.unknown'))
  return (
    <Section
      flush
      title={t('trade.divided')}
      actions={
        <>
          <Segmented
            aria-label={t('trade.divided')}
            value={by}
            onChange={setBy}
            options={dimensions.map((value) => ({ value, label: t(`trade.by.${value}`) }))}
          />
          <CsvButton
            name={`${t('trade.divided')} ${t(`trade.by.${by}`)}`}
            head={[t(`trade.by.${by}`), t('trade.paid'), t('trade.orders'), t('trade.buyers'), t('trade.refunded')]}
            rows={rows.map((row) => [nameOf(row), row.paid, row.orders, row.buyers, row.refunded])}
          />
        </>
      }
    >
      {by === 'region' && (
        <Suspense fallback={null}>
          <RegionMap
            rows={rows}
            currency={result.currency}
            onPick={(row) => drill({ title: nameOf(row), report: { ...document, persons: { by, value: row.value ?? '' } } })}
          />
        </Suspense>
      )}
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t(`trade.by.${by}`)}</th>
              {(['paid', 'share', 'orders', 'buyers', 'refunded'] as const).map((key) => (
                <th key={key} scope="col" className="right">
                  {t(`trade.${key}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={JSON.stringify([row.value, row.other])}>
                <th scope="row">{row.other || row.value === null ? <span className="mute">{nameOf(row)}</span> : row.value}</th>
                <td className="right">
                  <span className="bar-cell">
                    <span style={{ width: `${Math.max(2, (row.paid / most) * 120)}px` }} />
                    <Amount value={row.paid} currency={result.currency} />
                  </span>
                </td>
                <td className="right figure">
                  {percent(minorOf(row.paid, result.currency) ?? 0, minorOf(result.totals.paid, result.currency) ?? 0)}
                </td>
                <td className="right">
                  <Count value={row.orders} />
                </td>
                <td className="right">
                  {row.other || row.buyers === 0 ? (
                    <Count value={row.buyers} />
                  ) : (
                    <button
                      type="button"
                      className="number-button"
                      onClick={() => drill({ title: nameOf(row), report: { ...document, persons: { by, value: row.value ?? '' } } })}
                    >
                      <Count value={row.buyers} />
                    </button>
                  )}
                </td>
                <td className="right">
                  <Amount value={row.refunded} currency={result.currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}
