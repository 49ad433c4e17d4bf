import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { InputNumber, Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { EconomicsResultView } from '#console/economics/economics-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Answered } from '#console/reports/answered.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Page, Row } from '#console/ui/page.tsx'
import type { EconomicsResult } from '#insight/reports/economics/schema.ts'

const route = getRouteApi('/app/economics')

/** What each channel costs and brings, and when it has paid back. */
export function EconomicsPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/economics' })
  const today = todayIn(useTenant().timezone)
  const [dateFrom, dateTo] = [search.from ?? daysBefore(search.to ?? today, 89), search.to ?? today]
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const [margin, window] = [numberIn(search.margin, 0, 100), numberIn(search.days, 1, 3650)]
  const document = {
    type: 'economics',
    dateFrom,
    dateTo,
    ...(margin === undefined ? {} : { marginRate: Math.round(margin * 100) / 10_000 }),
    ...(window === undefined ? {} : { windowDays: window }),
  }
  return (
    <Page
      title={t('economics.title')}
      note={t('economics.note', { from: dateFrom, to: dateTo })}
      actions={<Dates label={t('economics.period')} required from={dateFrom} to={dateTo} onChange={(from, to) => show({ from, to })} />}
    >
      <Row>
        <Select
          aria-label={t('economics.window')}
          value={window ?? 0}
          onChange={(days) => show({ days: days === 0 ? undefined : String(days) })}
          options={[0, 30, 60, 90, 180].map((days) => ({
            value: days,
            label: t('economics.windowOf', { window: days === 0 ? t('economics.windowAll') : t('economics.windowDays', { days }) }),
          }))}
        />
        <InputNumber
          aria-label={t('economics.margin')}
          prefix={t('economics.margin')}
          min={0}
          max={100}
          style={{ width: 150 }}
          value={margin ?? null}
          onChange={(value) => show({ margin: value === null ? undefined : String(value) })}
        />
        <span className="note">{t('economics.marginHint')}</span>
      </Row>
      <Answered<EconomicsResult> document={document}>
        {(result, drill) => (
          <EconomicsResultView
            document={document}
            result={result}
            drill={drill}
            chosen={search.channel}
            onChoose={(channel) => show({ channel })}
            sort={search.sort}
            onSort={(sort) => show({ sort })}
          />
        )}
      </Answered>
    </Page>
  )
}

function numberIn(text: string | undefined, least: number, most: number): number | undefined {
  const number = Number(text)
  return text !== undefined && text !== '' && number >= least && number <= most ? number : undefined
}
