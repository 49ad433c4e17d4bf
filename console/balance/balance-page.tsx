import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { BalanceResultView } from '#console/balance/balance-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Answered } from '#console/reports/answered.tsx'
import { intervalOf } from '#console/trade/queries.ts'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Page, Row } from '#console/ui/page.tsx'
import type { BalanceResult } from '#insight/reports/balance/schema.ts'

const route = getRouteApi('/app/balance')

/** How public and private domain divide orders and buyers, and whether bringing somebody in pays. */
export function BalancePage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/balance' })
  const today = todayIn(useTenant().timezone)
  const dates = { dateFrom: search.from ?? daysBefore(search.to ?? today, 89), dateTo: search.to ?? today }
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const repeatDays = [30, 60, 90, 180].find((days) => String(days) === search.repeat) ?? 60
  const document = { type: 'balance', ...dates, interval: intervalOf(dates), repeatDays }
  return (
    <Page
      title={t('balance.title')}
      note={t('balance.note', { from: dates.dateFrom, to: dates.dateTo })}
      actions={
        <Dates label={t('balance.period')} required from={dates.dateFrom} to={dates.dateTo} onChange={(from, to) => show({ from, to })} />
      }
    >
      <Row>
        <span className="note">{t('balance.repeat')}</span>
        <Select
          aria-label={t('balance.repeat')}
          value={repeatDays}
          onChange={(days) => show({ repeat: String(days) })}
          options={[30, 60, 90, 180].map((days) => ({ value: days, label: t('balance.repeatDays', { days }) }))}
        />
      </Row>
      <Answered<BalanceResult> document={document}>
        {(result, drill) => <BalanceResultView document={document} result={result} drill={drill} />}
      </Answered>
    </Page>
  )
}
