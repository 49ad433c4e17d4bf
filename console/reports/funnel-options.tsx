import { Select } from 'antd'
import { usePropertyName } from '#console/events/property-names.ts'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, type Matcher, numberOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { useProperties } from '#console/reports/event-picker.tsx'
import { ChoiceField, Field, More, OneOfField, TagsField, WholeField } from '#console/reports/fields.tsx'
import { MatcherList } from '#console/reports/matcher-list.tsx'

interface Exclusion extends Matcher {
  fromStep: number
  toStep: number
}

/** What else a funnel can be asked: its days, what voids an attempt, what stays the same, by which touch it is split, how many values. */
export function FunnelOptions(props: EditorProps) {
  const { t } = useText()
  const { document } = props
  const steps = listOf<Matcher>(document.steps)
  const events = steps.map(({ event }) => event)
  const properties = useProperties(events)
  const propertyName = usePropertyName(events)
  return (
    <More document={document} fields={['range', 'exclusions', 'holding']}>
      <OneOfField
        {...props}
        field="range"
        name={t('reports.range')}
        values={['first_step', 'every_step']}
        label={(value) => t(`reports.ranges.${value}`)}
      />
      {steps.length > 1 && <Exclusions {...props} steps={steps.length} />}
      <TagsField
        {...props}
        field="holding"
        name={t('reports.holding')}
        hint={t('reports.holdingHint')}
        options={properties.map((name) => ({ value: name, label: propertyName(name) }))}
      />
      {document.breakdown !== undefined && <BreakdownOptions {...props} steps={steps.length} />}
    </More>
  )
}

/** Events that void an attempt when they come between two steps. */
function Exclusions({ document, onChange, steps }: EditorProps & { steps: number }) {
  const { t } = useText()
  const exclusions = listOf<Exclusion>(document.exclusions)
  const name = (step: number) => t('reports.step', { number: step + 1 })
  const places = (from: number, to: number) => Array.from({ length: to - from }, (_one, i) => ({ value: from + i, label: name(from + i) }))
  return (
    <Field name={t('reports.exclusions')} hint={t('reports.exclusionsHint')}>
      <MatcherList
        values={exclusions}
        onChange={(next) => onChange({ exclusions: next.length > 0 ? next : undefined })}
        name={(index) => t('reports.exclusion', { number: index + 1 })}
        add={t('reports.addExclusion')}
        fresh={{ event: '', fromStep: 0, toStep: steps - 1 }}
        least={0}
        most={20}
        any
        extra={(value, set) => (
          <div className="field-pair">
            <Select
              aria-label={t('reports.fromStep')}
              value={value.fromStep}
              options={places(0, steps - 1)}
              onChange={(fromStep) => set({ ...value, fromStep, toStep: Math.max(value.toStep, fromStep + 1) })}
            />
            <span className="note">{t('reports.until')}</span>
            <Select
              aria-label={t('reports.toStep')}
              value={value.toStep}
              options={places(value.fromStep + 1, steps)}
              onChange={(toStep) => set({ ...value, toStep })}
            />
          </div>
        )}
      />
    </Field>
  )
}

/** Whose value counts where the steps of one person say different ones. */
function BreakdownOptions({ document, onChange, steps }: EditorProps & { steps: number }) {
  const { t } = useText()
  const breakdown = document.breakdown as { scope?: string; attribution?: string; limit?: number }
  const set = (fields: object) => onChange({ breakdown: { ...breakdown, ...fields } })
  const touches = ['first_touch', 'last_touch', 'all_steps'] as const
  return (
    <>
      {breakdown.scope !== 'person' && (
        <ChoiceField
          name={t('reports.touch')}
          value={breakdown.attribution ?? 'first_touch'}
          options={[
            ...touches.map((value) => ({ value: value as string, label: t(`reports.touches.${value}`) })),
            ...Array.from({ length: steps }, (_one, i) => ({ value: `step:${i}`, label: t('reports.ofStep', { number: i + 1 }) })),
          ]}
          onChange={(attribution) => set({ attribution })}
        />
      )}
      <WholeField
        document={{ ...document, limit: numberOf(breakdown.limit, 10) }}
        onChange={({ limit }) => set({ limit })}
        field="limit"
        name={t('reports.mostValues')}
        usual={10}
        most={100}
      />
    </>
  )
}
