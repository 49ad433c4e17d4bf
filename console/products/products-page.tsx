import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { InterestFunnel } from '#console/products/funnel.tsx'
import { ProductDrawer } from '#console/products/product-drawer.tsx'
import { productsDocument } from '#console/products/queries.ts'
import { Ranking } from '#console/products/ranking.tsx'
import { Together } from '#console/products/together.tsx'
import { Freshness } from '#console/reports/freshness.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { Amount, shareText } from '#console/trade/amount.tsx'
import { CompareSwitch } from '#console/trade/compare-switch.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { type Asked, askedOf } from '#console/trade/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Count } from '#console/ui/count.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { Page, Row } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Views } from '#console/ui/tabs.tsx'
import type { ProductsResult } from '#insight/reports/products/schema.ts'

const route = getRouteApi('/app/products')

/** What sells, what is only looked at, and what goes together. One product opens beside the list. */
export function ProductsPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/products' })
  const asked = askedOf(search, useTenant().timezone)
  const [people, setPeople] = useState<Drill>()
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const isTogether = search.view === 'together'
  const props = { asked, windowDays: windowOf(search.window), drill: setPeople, open: (product: string) => show({ product }) }
  return (
    <Page
      title={t('products.title')}
      note={t('products.note', { from: asked.dateFrom, to: asked.dateTo })}
      actions={
        <Dates label={t('trade.period')} required from={asked.dateFrom} to={asked.dateTo} onChange={(from, to) => show({ from, to })} />
      }
    >
      <Row between>
        <Views
          open={isTogether ? 'together' : 'ranking'}
          onOpen={(view) => show({ view: view === 'together' ? view : undefined })}
          views={(['ranking', 'together'] as const).map((key) => ({ key, name: t(`products.views.${key}`) }))}
        />
        {!isTogether && <CompareSwitch value={asked.compare} onChange={(compare) => show({ compare })} />}
      </Row>
      {isTogether ? <Together {...props} /> : <Overview {...props} onWindow={(window) => show({ window: String(window) })} />}
      {search.product !== undefined && <ProductDrawer {...props} product={search.product} onClose={() => show({ product: undefined })} />}
      {people && <PeopleDrawer asked={people} onClose={() => setPeople(undefined)} />}
    </Page>
  )
}

export type ProductProps = { asked: Asked; windowDays: number; drill: (drill: Drill) => void; open: (product: string) => void }

const windowOf = (text: string | undefined): number => [1, 7, 30].find((days) => String(days) === text) ?? 7

function Overview({ onWindow, ...props }: ProductProps & { onWindow: (days: number) => void }) {
  const { t } = useText()
  const document = productsDocument(props.asked, props.windowDays)
  return (
    <Awaited read={useAnswer<ProductsResult>(document)}>
      {({ result, ...answer }) =>
        result.rows.length === 0 ? (
          <Nothing title={t('products.empty')} hint={t('products.emptyHint')} />
        ) : (
          <>
            <Figures result={result} />
            <InterestFunnel document={document} result={result} drill={props.drill} onWindow={onWindow} />
            <Ranking document={document} result={result} open={props.open} />
            <Freshness answer={answer} document={document} />
          </>
        )
      }
    </Awaited>
  )
}

function Figures({ result: { totals, compare, products, currency } }: { result: ProductsResult }) {
  const { t } = useText()
  const before = (key: keyof NonNullable<typeof compare>) => ({ now: totals[key] ?? undefined, before: compare?.[key] ?? undefined })
  return (
    <Stats>
      <Stat name={t('products.sold')} value={<Count value={products} />} />
      <Stat name={t('products.amount')} value={<Amount value={totals.amount} currency={currency} />} {...before('amount')} />
      <Stat name={t('products.quantity')} value={<Count value={totals.quantity} />} {...before('quantity')} />
      <Stat name={t('products.buyers')} value={<Count value={totals.buyers} />} {...before('buyers')} />
      <Stat name={t('products.refundRate')} value={shareText(totals.refundRate)} {...before('refundRate')} better="less" />
      <Stat name={t('products.viewToOrder')} value={shareText(totals.viewToOrder)} />
    </Stats>
  )
}
