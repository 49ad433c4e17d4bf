import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Freshness } from '#console/reports/freshness.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { useAnswer } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { CompareSwitch } from '#console/trade/compare-switch.tsx'
import { Divisions } from '#console/trade/divisions.tsx'
import { KeyFigures } from '#console/trade/key-figures.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { askedOf, tradeDocument } from '#console/trade/queries.ts'
import { Repurchase } from '#console/trade/repurchase.tsx'
import { Trend } from '#console/trade/trend.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { Page, Row } from '#console/ui/page.tsx'
import { Views } from '#console/ui/tabs.tsx'
import type { TradeResult } from '#insight/reports/trade/schema.ts'

const route = getRouteApi('/app/trade')

/** What was sold, to whom, where it came from and what came back; who buys again, and what customers are worth over time. */
export function TradePage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/trade' })
  const asked = askedOf(search, useTenant().timezone)
  const [people, setPeople] = useState<Drill>()
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const isAgain = search.view === 'repurchase'
  return (
    <Page
      title={t('trade.title')}
      note={t('trade.note', { from: asked.dateFrom, to: asked.dateTo })}
      actions={
        <Dates label={t('trade.period')} required from={asked.dateFrom} to={asked.dateTo} onChange={(from, to) => show({ from, to })} />
      }
    >
      <Row between>
        <Views
          open={isAgain ? 'repurchase' : 'overview'}
          onOpen={(view) => show({ view: view === 'repurchase' ? view : undefined })}
          views={(['overview', 'repurchase'] as const).map((key) => ({ key, name: t(`trade.views.${key}`) }))}
        />
        {!isAgain && <CompareSwitch value={asked.compare} onChange={(compare) => show({ compare })} />}
      </Row>
      {isAgain ? <Repurchase asked={asked} drill={setPeople} /> : <Overview asked={asked} drill={setPeople} />}
      {people && <PeopleDrawer asked={people} onClose={() => setPeople(undefined)} />}
    </Page>
  )
}

export type TradeProps = { asked: ReturnType<typeof askedOf>; drill: (drill: Drill) => void }

function Overview({ asked, drill }: TradeProps) {
  const { t } = useText()
  const document = tradeDocument(asked)
  return (
    <Awaited read={useAnswer<TradeResult>(document)}>
      {({ result, ...answer }) =>
        result.totals.orders + result.totals.refundedOrders === 0 ? (
          <Nothing title={t('trade.empty')} hint={t('trade.emptyHint')} />
        ) : (
          <>
            <KeyFigures document={document} result={result} drill={drill} />
            <Trend document={document} result={result} drill={drill} />
            <Divisions document={document} result={result} drill={drill} />
            <Freshness answer={answer} document={document} />
          </>
        )
      }
    </Awaited>
  )
}
