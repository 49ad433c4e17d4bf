import { Select } from 'antd'
import { usePropertyName } from '#console/events/property-names.ts'
import { useText } from '#console/i18n/i18n.ts'
import { ConditionsEditor } from '#console/reports/conditions-editor.tsx'
import type { Matcher } from '#console/reports/document.ts'
import { EventPicker, useProperties } from '#console/reports/event-picker.tsx'
import { Whole } from '#console/reports/fields.tsx'
import { MatcherList } from '#console/reports/matcher-list.tsx'
import { type Compare, CompareField } from '#console/segments/compare-field.tsx'
import { type LeafProps, Optional, withoutEmpty } from '#console/segments/pieces.tsx'
import { type Slot, SlotField } from '#console/segments/slot-field.tsx'
import { type Within, WithinField } from '#console/segments/within-field.tsx'

const never = (value: Record<string, unknown>): boolean => (value.count as Compare | undefined)?.eq === 0

/** Did something so and so often, within a time, with these properties. */
export function EventFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const event = String(value.event ?? '')
  const set = (fields: Record<string, unknown>) => onChange(withoutEmpty({ ...value, ...fields }))
  return (
    <div className="rule-stack">
      <div className="rule-fields">
        <WithinField value={value.within as Within | undefined} onChange={(within) => set({ within })} />
        <Select
          aria-label={t('segments.didOrNot')}
          popupMatchSelectWidth={false}
          value={never(value) ? 'never' : 'did'}
          onChange={(next) => set({ count: next === 'never' ? { eq: 0 } : { gte: 1 } })}
          options={(['did', 'never'] as const).map((one) => ({ value: one, label: t(`segments.${one}`) }))}
        />
        <EventPicker label={t('segments.kinds.event')} value={event} any onChange={(next) => set({ event: next })} />
        {!never(value) && value.count !== undefined && (
          <CompareField
            label={t('segments.times')}
            unit={t('segments.timesUnit')}
            value={value.count as Compare}
            onChange={(count) => set({ count })}
          />
        )}
      </div>
      <ConditionsEditor events={[event]} label={t('segments.kinds.event')} where={value.where} onChange={(where) => set({ where })} />
      <div className="rule-fields">
        <Optional
          label={t('segments.slot')}
          value={value.slot}
          fresh={{ hours: { from: '20:00', to: '23:00' } }}
          onChange={(slot) => set({ slot })}
        >
          <SlotField value={(value.slot ?? {}) as Slot} onChange={(slot) => set({ slot })} />
        </Optional>
      </div>
      {!never(value) && (
        <div className="rule-fields">
          <Optional label={t('segments.onDays')} value={value.days} fresh={{ gte: 3 }} onChange={(days) => set({ days })}>
            <CompareField
              label={t('segments.onDays')}
              unit={t('segments.units.day')}
              value={value.days as Compare}
              onChange={(days) => set({ days })}
            />
          </Optional>
          <Optional label={t('segments.sumOf')} value={value.sum} fresh={{ property: 'amount', gte: 100 }} onChange={(sum) => set({ sum })}>
            <SumField event={event} value={(value.sum ?? {}) as { property: string } & Compare} onChange={(sum) => set({ sum })} />
          </Optional>
        </div>
      )}
    </div>
  )
}

function SumField({ event, value, onChange }: LeafProps<{ property: string } & Compare> & { event: string }) {
  const { t } = useText()
  const properties = useProperties([event])
  const propertyName = usePropertyName([event])
  const { property, ...compare } = value
  return (
    <>
      <Select
        aria-label={t('reports.property')}
        popupMatchSelectWidth={false}
        value={property}
        onChange={(next: string) => onChange({ property: next, ...compare })}
        options={[...new Set([property, ...properties])].map((name) => ({ value: name, label: propertyName(name) }))}
      />
      <CompareField label={t('segments.sumOf')} value={compare} onChange={(next) => onChange({ property, ...next })} />
    </>
  )
}

const units = ['minute', 'hour', 'day', 'week'] as const

/** One after the other, from the first to the last within a time. */
export function SequenceFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const window = (value.window ?? { value: 7, unit: 'day' }) as { value: number; unit: string }
  return (
    <div className="rule-stack">
      <MatcherList<Matcher>
        ordered
        any
        values={(value.steps ?? []) as Matcher[]}
        onChange={(steps) => steps.length > 1 && onChange({ ...value, steps })}
        name={(index) => t('segments.step', { step: index + 1 })}
        add={t('segments.addStep')}
        fresh={{ event: '' }}
        most={5}
      />
      <div className="rule-fields">
        <span className="note">{t('segments.sequenceWindow')}</span>
        <Whole
          label={t('segments.sequenceWindow')}
          value={window.value}
          min={1}
          max={10_000}
          onChange={(next) => next && onChange({ ...value, window: { ...window, value: next } })}
        />
        <Select
          aria-label={t('segments.unit')}
          value={window.unit}
          onChange={(unit) => onChange({ ...value, window: { ...window, unit } })}
          options={units.map((unit) => ({ value: unit, label: t(`segments.units.${unit}`) }))}
        />
        <WithinField value={value.within as Within | undefined} onChange={(within) => onChange(withoutEmpty({ ...value, within }))} />
      </div>
    </div>
  )
}
