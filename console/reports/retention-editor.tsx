import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, matcherOf, numberOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, Field, intervals, TextField, Whole, wordsOf } from '#console/reports/fields.tsx'
import { MatcherEditor } from '#console/reports/matcher-list.tsx'
import { useAttributes } from '#console/reports/queries.ts'
import { RetentionOptions } from '#console/reports/retention-options.tsx'
import { CompareField } from '#console/reports/segment-field.tsx'

const cohorts = ['first_time_ever', 'first_time_in_range', 'first_time_matching', 'recurring'] as const
const modes = ['on', 'on_or_after', 'brackets'] as const

const usualBrackets = [1, 3, 7, 14]

/** How many intervals each bracket holds, in their order. */
const lengthsOf = (text: string): number[] | undefined => {
  const lengths = wordsOf(text)
    ?.map(Number)
    .filter((length) => Number.isInteger(length) && length > 0)
  return lengths && lengths.length > 0 ? lengths : undefined
}

export function RetentionEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  const start = matcherOf(document.start)
  return (
    <>
      <Field name={t('reports.start')}>
        <div className="matcher">
          <MatcherEditor label={t('reports.start')} value={start} any onChange={(value) => onChange({ start: value })} />
        </div>
      </Field>
      <Field name={t('reports.return')}>
        <div className="matcher">
          <MatcherEditor
            label={t('reports.return')}
            value={document.return === undefined ? start : matcherOf(document.return)}
            any
            onChange={(value) => onChange({ return: value })}
          />
        </div>
      </Field>
      <ChoiceField
        name={t('reports.cohort')}
        value={cohorts.find((one) => one === document.cohort) ?? 'recurring'}
        options={cohorts.map((value) => ({ value, label: t(`reports.cohorts.${value}`) }))}
        onChange={(cohort) => onChange({ cohort })}
      />
      <ChoiceField
        name={t('reports.period')}
        value={intervals.find((one) => one === document.period) ?? 'day'}
        options={intervals.map((value) => ({ value, label: t(`reports.intervals.${value}`) }))}
        onChange={(period) => onChange({ period })}
      />
      <Field name={t('reports.firstInterval')}>
        <div className="field-pair">
          <DatePicker
            aria-label={t('reports.firstInterval')}
            allowClear={false}
            value={dayjs(textOf(document.from).slice(0, 10))}
            onChange={(day) => day && onChange({ from: day.format('YYYY-MM-DD') })}
          />
          <Whole
            label={t('reports.intervalCount')}
            value={numberOf(document.intervals, 8)}
            min={1}
            max={60}
            onChange={(count) => count && onChange({ intervals: count })}
          />
          <span className="note">{t('reports.intervalsUnit')}</span>
        </div>
      </Field>
      <ChoiceField
        name={t('reports.mode')}
        value={modes.find((one) => one === document.mode) ?? 'on'}
        options={modes.map((value) => ({ value, label: t(`reports.modes.${value}`) }))}
        onChange={(mode) => onChange({ mode, brackets: mode === 'brackets' ? usualBrackets : undefined })}
      />
      {document.mode === 'brackets' && (
        <TextField
          name={t('reports.brackets')}
          hint={t('reports.bracketsHint')}
          value={listOf<number>(document.brackets).join(', ')}
          onChange={(text) => onChange({ brackets: lengthsOf(text ?? '') ?? usualBrackets })}
        />
      )}
      <Breakdown document={document} onChange={onChange} />
      <CompareField document={document} onChange={onChange} />
      <RetentionOptions document={document} onChange={onChange} />
    </>
  )
}

/** By what people are, whatever they did: the first channel, or a property of theirs. */
function Breakdown({ document, onChange }: EditorProps) {
  const { t } = useText()
  const attributes = useAttributes()
  const { property, dimension, ...rest } = (document.breakdown ?? {}) as { property?: string; dimension?: string }
  const options = [
    { value: 'none', label: t('reports.noBreakdown') },
    { value: 'channel', label: t('reports.firstChannel') },
    ...(['gender', 'kind'] as const).map((name) => ({ value: `property:${name}`, label: t(`events.keys.${name}`) })),
    ...(attributes.data?.items ?? []).map(({ key, name }) => ({ value: `property:${key}`, label: name })),
  ]
  const chosen = property === undefined ? (dimension ?? 'none') : `property:${property}`
  const named = options.some(({ value }) => value === chosen) ? options : [...options, { value: chosen, label: property ?? chosen }]
  return (
    <ChoiceField
      name={t('reports.breakdown')}
      value={chosen}
      options={named}
      onChange={(value) =>
        onChange({
          breakdown:
            value === 'none'
              ? undefined
              : { ...rest, ...(value === 'channel' ? { dimension: value } : { property: value.slice('property:'.length) }) },
        })
      }
    />
  )
}
