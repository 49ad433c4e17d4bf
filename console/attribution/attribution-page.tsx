import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Segmented, Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { attributionOf, type Search } from '#console/attribution/asked.ts'
import { AttributionResultView } from '#console/attribution/attribution-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Answered } from '#console/reports/answered.tsx'
import { EventPicker } from '#console/reports/event-picker.tsx'
import { Field } from '#console/reports/fields.tsx'
import { PropertyPicker } from '#console/reports/property-picker.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { todayIn } from '#console/ui/format.ts'
import { Page, Section } from '#console/ui/page.tsx'
import type { AttributionResult } from '#insight/reports/attribution/schema.ts'

const route = getRouteApi('/app/attribution')

/** Which touches lead to conversions, seen by seven models side by side. */
export function AttributionPage() {
  const { t } = useText()
  const search = route.useSearch()
  const navigate = useNavigate({ from: '/attribution' })
  const document = attributionOf(search, todayIn(useTenant().timezone))
  const { dateFrom, dateTo, windowDays } = document
  const show = (change: Partial<Search>) => void navigate({ search: { ...search, ...change }, replace: true, resetScroll: false })
  return (
    <Page
      title={t('attribution.title')}
      note={t('attribution.note', { from: dateFrom, to: dateTo, days: windowDays })}
      actions={
        <>
          <Segmented
            aria-label={t('attribution.shownAs')}
            value={search.by === 'count' ? 'count' : 'value'}
            onChange={(by) => show({ by })}
            options={[
              { value: 'value', label: t('attribution.byValue') },
              { value: 'count', label: t('attribution.byCount') },
            ]}
          />
          <Dates label={t('attribution.period')} required from={dateFrom} to={dateTo} onChange={(from, to) => show({ from, to })} />
        </>
      }
    >
      <Section>
        <Question document={document} show={show} />
      </Section>
      <Answered<AttributionResult> document={document}>
        {(result, drill) => <AttributionResultView document={document} result={result} drill={drill} byValue={search.by !== 'count'} />}
      </Answered>
    </Page>
  )
}

function Question({ document, show }: { document: ReturnType<typeof attributionOf>; show: (change: Partial<Search>) => void }) {
  const { t } = useText()
  const touch = document.touchpoint as { event: string; property: string }
  return (
    <div className="columns">
      <Field name={t('attribution.conversion')}>
        <EventPicker
          label={t('attribution.conversion')}
          value={(document.conversion as { event: string }).event}
          onChange={(conversion) => show({ conversion })}
        />
      </Field>
      <Field name={t('attribution.touchpoint')}>
        <EventPicker label={t('attribution.touchpoint')} any value={touch.event} onChange={(event) => show({ touch: event })} />
      </Field>
      <Field name={t('attribution.property')}>
        <PropertyPicker
          label={t('attribution.property')}
          events={[touch.event]}
          value={{ name: touch.property, scope: 'event' }}
          onChange={({ name }) => show({ property: name })}
        />
      </Field>
      <Field name={t('attribution.window')}>
        <Select
          className="wide"
          aria-label={t('attribution.window')}
          value={document.windowDays}
          onChange={(days) => show({ days: String(days) })}
          options={[7, 14, 30, 60, 90].map((days) => ({ value: days, label: t('attribution.windowDays', { days }) }))}
        />
      </Field>
    </div>
  )
}
