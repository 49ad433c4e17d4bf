import { Button, Skeleton } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import type { ProductProps } from '#console/products/products-page.tsx'
import { productsDocument, useBasket, useProduct } from '#console/products/queries.ts'
import { RuleReading } from '#console/products/rules.tsx'
import { intervalLabel } from '#console/reports/labels.ts'
import { Amount, minorOf, shareText } from '#console/trade/amount.tsx'
import { intervalOf } from '#console/trade/queries.ts'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { shortMoney, todayIn } from '#console/ui/format.ts'
import { Row, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { ProductsResult } from '#insight/reports/products/schema.ts'

type Props = ProductProps & { product: string; onClose: () => void }

/** One product: figures against the period before, its trend, its people, and what goes with it. */
export function ProductDrawer(props: Props) {
  const { t } = useText()
  const { asked, windowDays, product, onClose } = props
  const { data, error, refetch } = useProduct(asked, windowDays, product)
  const shown = data?.result.rows.find((row) => row.product === product)
  return (
    <SideSheet wide open onClose={onClose} title={shown?.title ?? product}>
      {error ? (
        <Problem error={error} retry={() => void refetch()} />
      ) : data ? (
        <Stack>
          {shown && shown.title !== product && <p className="note">{t('products.code', { code: product })}</p>}
          <Figures result={data.result} />
          <Trend {...props} result={data.result} />
          <People {...props} />
          <GoesWith {...props} />
        </Stack>
      ) : (
        <Skeleton active paragraph={{ rows: 8 }} />
      )}
    </SideSheet>
  )
}

function Figures({ result: { totals, compare, currency } }: { result: ProductsResult }) {
  const { t } = useText()
  const before = (key: keyof NonNullable<typeof compare>) => ({ now: totals[key] ?? undefined, before: compare?.[key] ?? undefined })
  return (
    <Stats>
      <Stat name={t('products.amount')} value={<Amount value={totals.amount} currency={currency} />} {...before('amount')} />
      <Stat name={t('products.quantity')} value={<Count value={totals.quantity} />} {...before('quantity')} />
      <Stat name={t('products.buyers')} value={<Count value={totals.buyers} />} {...before('buyers')} />
      <Stat name={t('products.refundRate')} value={shareText(totals.refundRate)} {...before('refundRate')} better="less" />
      <Stat name={t('products.viewToCart')} value={shareText(totals.viewToCart)} />
      <Stat name={t('products.viewToOrder')} value={shareText(totals.viewToOrder)} />
    </Stats>
  )
}

function Trend({ asked, result }: Props & { result: ProductsResult }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const { series, compareSeries, intervals, currency } = result
  return (
    <Chart
      title={t('products.trend')}
      unit={currency}
      height={200}
      data={{
        kind: 'line',
        labels: intervals.map((label) => intervalLabel(label, intervalOf(asked))),
        incomplete: asked.dateTo >= todayIn(timezone),
        format: (value) => shortMoney(minorOf(value, currency) ?? 0, currency, language),
        series: [
          { name: t('products.amount'), values: series.amount },
          ...(compareSeries
            ? [
                {
                  name: t(`trade.compared.${asked.compare}`),
                  values: intervals.map((_, i) => compareSeries.amount[i] ?? null),
                  compare: true,
                  color: 0,
                },
              ]
            : []),
        ],
      }}
    />
  )
}

const groups = [
  ['buyers', 'products.buyers'],
  ['carted_not_bought', 'products.notBoughtCart'],
  ['viewed_not_bought', 'products.notBoughtView'],
  ['refunded', 'products.refunded'],
] as const

function People({ asked, windowDays, product, drill }: Props) {
  const { t } = useText()
  return (
    <Row>
      {groups.map(([of, name]) => (
        <Button
          key={of}
          onClick={() =>
            drill({
              title: t('trade.peopleOf', { name: t(name) }),
              report: { ...productsDocument(asked, windowDays, product), persons: { of } },
            })
          }
        >
          {t(name)}
        </Button>
      ))}
    </Row>
  )
}

function GoesWith({ asked, product, open }: Props) {
  const { t } = useText()
  const { data } = useBasket(asked, { minSupport: 0.002, minConfidence: 0.05, sort: 'lift' })
  const rules = data?.result.rules.filter(({ lhs, lift }) => lhs.length === 1 && lhs[0] === product && lift > 1).slice(0, 5) ?? []
  return (
    <div>
      <h3>{t('products.offer')}</h3>
      {rules.length === 0 && <p className="note">{t('products.nobody')}</p>}
      {rules.map((rule) => (
        <p key={rule.rhs[0]}>
          <RuleReading rule={rule} titles={data?.result.titles ?? {}} />{' '}
          <Button type="link" size="small" onClick={() => open(rule.rhs[0] ?? '')}>
            {data?.result.titles[rule.rhs[0] ?? ''] ?? rule.rhs[0]}
          </Button>
        </p>
      ))}
    </div>
  )
}
