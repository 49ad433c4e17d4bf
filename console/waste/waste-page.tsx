import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { Answered } from '#console/reports/answered.tsx'
import { ExportButton } from '#console/ui/export-button.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { daysBefore, todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Row } from '#console/ui/page.tsx'
import { WasteResultView } from '#console/waste/waste-result.tsx'
import { type WasteResult, wasteKinds } from '#insight/reports/waste/schema.ts'

const route = getRouteApi('/app/waste')

/** Which half is wasted: what cost and brought nothing, and whether that is known already. */
export function WastePage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/waste' })
  const today = todayIn(useTenant().timezone)
  const dates = { dateFrom: search.from ?? daysBefore(search.to ?? today, 89), dateTo: search.to ?? today }
  const show = (change: Partial<typeof search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  const kind = wasteKinds.find((one) => one === search.kind)
  const windowDays = [7, 14, 30, 60].find((days) => String(days) === search.days) ?? 30
  const asked = { ...dates, windowDays, ...(kind ? { kinds: [kind] } : {}) }
  const document = { type: 'waste', ...asked }
  return (
    <Page
      title={t('waste.title')}
      note={t('waste.note', { from: dates.dateFrom, to: dates.dateTo })}
      actions={
        <>
          <Dates label={t('waste.period')} required from={dates.dateFrom} to={dates.dateTo} onChange={(from, to) => show({ from, to })} />
          <Gate permission="exports.write">
            <ExportButton what="waste" filter={JSON.stringify(asked)} />
          </Gate>
        </>
      }
    >
      <Row>
        <Select
          aria-label={t('waste.kind')}
          style={{ minWidth: 130 }}
          value={kind ?? 'all'}
          onChange={(value) => show({ kind: value === 'all' ? undefined : value })}
          options={[{ value: 'all', label: t('waste.all') }, ...wasteKinds.map((value) => ({ value, label: t(`waste.kinds.${value}`) }))]}
        />
        <Select
          aria-label={t('waste.window')}
          value={windowDays}
          onChange={(days) => show({ days: String(days) })}
          options={[7, 14, 30, 60].map((days) => ({ value: days, label: t('waste.windowDays', { days }) }))}
        />
      </Row>
      <Answered<WasteResult> document={document}>
        {(result, drill) => <WasteResultView document={document} result={result} drill={drill} />}
      </Answered>
    </Page>
  )
}
