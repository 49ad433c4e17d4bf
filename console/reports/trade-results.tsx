import { useText } from '#console/i18n/i18n.ts'
import { InterestFunnel } from '#console/products/funnel.tsx'
import { Ranking } from '#console/products/ranking.tsx'
import { namesOf, Rules } from '#console/products/rules.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { CohortTable, LifetimeCurve } from '#console/trade/cohorts.tsx'
import { Divisions } from '#console/trade/divisions.tsx'
import { FirstCohorts } from '#console/trade/first-cohorts.tsx'
import { KeyFigures } from '#console/trade/key-figures.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { RepurchaseFigures } from '#console/trade/repurchase-figures.tsx'
import { Trend } from '#console/trade/trend.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Figures } from '#console/value/table.tsx'
import type { BasketResult } from '#insight/reports/basket/schema.ts'
import type { CohortRevenueResult } from '#insight/reports/cohort-revenue/schema.ts'
import type { ProductsResult } from '#insight/reports/products/schema.ts'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'
import type { TradeResult } from '#insight/reports/trade/schema.ts'

/** Reports of trade are drawn from the pieces of its pages. */
export function TradeResultView(props: ResultProps<TradeResult>) {
  const { t } = useText()
  if (props.result.totals.orders === 0) return <Nothing title={t('trade.empty')} hint={t('trade.emptyHint')} />
  return (
    <>
      <KeyFigures {...props} />
      <Trend {...props} />
      <Divisions {...props} />
    </>
  )
}

export function RepurchaseResultView(props: ResultProps<RepurchaseResult>) {
  const { t } = useText()
  if (props.result.buyers === 0) return <Nothing title={t('trade.empty')} hint={t('trade.emptyHint')} />
  return (
    <>
      <RepurchaseFigures {...props} />
      <FirstCohorts {...props} />
      {props.result.products && props.result.products.length > 0 && <ProductCycles products={props.result.products} />}
    </>
  )
}

/** How long it takes until a product is bought again. */
function ProductCycles({ products }: { products: NonNullable<RepurchaseResult['products']> }) {
  const { t } = useText()
  const days = (value: number | null) => (value === null ? '—' : t('trade.days', { count: value }))
  return (
    <Section flush title={t('trade.cycleProducts')}>
      <Figures
        rows={products}
        keyOf={({ product }) => product}
        columns={[
          { title: t('trade.product'), cell: ({ title, product }) => title || product },
          { title: t('trade.cycle'), right: true, cell: ({ median }) => days(median) },
          {
            title: t('trade.half'),
            right: true,
            cell: ({ lowerQuartile, upperQuartile }) => `${days(lowerQuartile)} – ${days(upperQuartile)}`,
          },
          { title: t('trade.again'), right: true, cell: ({ gaps }) => exactNumber(gaps) },
          { title: t('trade.people'), right: true, cell: ({ persons }) => exactNumber(persons) },
        ]}
      />
    </Section>
  )
}

export function CohortRevenueResultView(props: ResultProps<CohortRevenueResult>) {
  const { t } = useText()
  if (props.result.cohorts.every(({ size }) => size === 0)) return <Nothing title={t('trade.empty')} hint={t('trade.emptyHint')} />
  return (
    <>
      <CohortTable {...props} />
      <LifetimeCurve result={props.result} />
    </>
  )
}

export function ProductsResultView(props: ResultProps<ProductsResult>) {
  const { t } = useText()
  if (props.result.rows.length === 0) return <Nothing title={t('products.empty')} hint={t('products.emptyHint')} />
  return (
    <>
      <InterestFunnel {...props} />
      <Ranking document={props.document} result={props.result} />
    </>
  )
}

export function BasketResultView({ document, result, drill }: ResultProps<BasketResult>) {
  const { t } = useText()
  const counts = { baskets: exactNumber(result.baskets), items: exactNumber(result.items), rules: exactNumber(result.rulesFound) }
  return (
    <Section flush title={t('products.together')} note={t('products.togetherNote', counts)}>
      {result.rules.length === 0 ? (
        <Empty title={t('products.noRules')} hint={t('products.noRulesHint')} />
      ) : (
        <Rules
          result={result}
          people={({ lhs, rhs }) =>
            drill({
              title: namesOf([...lhs, ...rhs], result.titles, t('products.plus')),
              report: { ...document, persons: { items: [...lhs, ...rhs] } },
            })
          }
        />
      )}
    </Section>
  )
}
