import { Checkbox, Input, Select } from 'antd'
import { useTenant } from '#console/api/session.ts'
import { usePropertyName } from '#console/events/property-names.ts'
import { useText } from '#console/i18n/i18n.ts'
import { freshHappening } from '#console/journeys/drawing.ts'
import { HappeningFields, MovesField } from '#console/journeys/happening-fields.tsx'
import { SegmentPicker, TextField, TimeField, WeekdaysField } from '#console/journeys/small-fields.tsx'
import type { Edit } from '#console/journeys/use-edit.ts'
import { useDictionary } from '#console/metrics/queries.ts'
import { useProperties } from '#console/reports/event-picker.tsx'
import { ChoiceField, Field, Whole } from '#console/reports/fields.tsx'
import { MatcherEditor } from '#console/reports/matcher-list.tsx'
import { todayIn } from '#console/ui/format.ts'
import type { Definition, Entry, Reentry, Repeat } from '#operation/journeys/definition.ts'

/** What the journey itself says: who comes in, how often, who leaves early, what it is for. */
export function SettingsForm({ edit }: { edit: Edit }) {
  const { t } = useText()
  const { draft } = edit
  const draw = (change: Partial<Definition>) => edit.change({ draft: { ...draft, ...change } })
  const { goal } = draft
  return (
    <div className="fields">
      <h2 className="journey-form-title settings">{t('journeys.settings')}</h2>
      <TextField name={t('journeys.name')} max={60} value={edit.name} onChange={(name) => edit.change({ name })} />
      <TextField name={t('journeys.about')} max={500} rows={2} value={edit.note} onChange={(note) => edit.change({ note })} />
      <EntryFields entry={draft.entry} onChange={(entry) => draw({ entry })} />
      <ReentryFields reentry={draft.reentry} entry={draft.entry} onChange={(reentry) => draw({ reentry })} />
      <Field name={t('journeys.goalTitle')} hint={t('journeys.goalHint')}>
        <HappeningFields
          values={goal?.when ?? []}
          drawing={draft}
          onChange={(when) => draw({ goal: when.length === 0 ? null : { leaves: goal?.leaves ?? true, when } })}
        />
        {goal && (
          <Checkbox checked={goal.leaves} onChange={({ target }) => draw({ goal: { ...goal, leaves: target.checked } })}>
            {t('journeys.goalLeaves')}
          </Checkbox>
        )}
      </Field>
      <Field name={t('journeys.exits')} hint={t('journeys.exitsHint')}>
        <HappeningFields values={draft.exits} drawing={draft} onChange={(exits) => draw({ exits })} />
      </Field>
      <MetricField name={t('journeys.trialMetric')} value={draft.trialMetric} onChange={(trialMetric) => draw({ trialMetric })} />
      <MetricField name={t('journeys.growthMetric')} value={draft.growthMetric} onChange={(growthMetric) => draw({ growthMetric })} />
    </div>
  )
}

function EntryFields({ entry, onChange }: { entry: Entry; onChange: (entry: Entry) => void }) {
  const { t } = useText()
  const segment = 'segment' in entry ? entry.segment : ''
  const fresh: Record<Entry['by'], Entry> = {
    event: { by: 'event', ...freshHappening, event: '' },
    segment: { by: 'segment', segment, moves: 'in' },
    schedule: { by: 'schedule', segment, repeat: { every: 'week', at: '10:00', weekdays: [1] } },
    hand: { by: 'hand' },
  }
  return (
    <>
      <ChoiceField
        name={t('journeys.entry.by')}
        value={entry.by}
        options={(['event', 'segment', 'schedule', 'hand'] as const).map((value) => ({ value, label: t(`journeys.entry.bys.${value}`) }))}
        onChange={(by) => onChange(fresh[by])}
      />
      {entry.by === 'event' && <MatcherEditor label={t('journeys.happening.event')} value={entry} onChange={onChange} />}
      {(entry.by === 'segment' || entry.by === 'schedule') && (
        <Field name={t('journeys.happening.segment')}>
          <SegmentPicker
            label={t('journeys.happening.segment')}
            value={entry.segment}
            onChange={(to) => onChange({ ...entry, segment: to })}
          />
        </Field>
      )}
      {entry.by === 'segment' && <MovesField value={entry.moves} onChange={(moves) => onChange({ ...entry, moves })} />}
      {entry.by === 'schedule' && <RepeatFields repeat={entry.repeat} onChange={(repeat) => onChange({ ...entry, repeat })} />}
    </>
  )
}

function RepeatFields({ repeat, onChange }: { repeat: Repeat; onChange: (repeat: Repeat) => void }) {
  const { t } = useText()
  const { timezone } = useTenant()
  const { at } = repeat
  const fresh: Record<Repeat['every'], Repeat> = {
    day: { every: 'day', at },
    week: { every: 'week', at, weekdays: [1] },
    month: { every: 'month', at, day: 1 },
    once: { every: 'once', at, date: todayIn(timezone) },
  }
  return (
    <>
      <ChoiceField
        name={t('journeys.entry.every')}
        value={repeat.every}
        options={(['day', 'week', 'month', 'once'] as const).map((value) => ({ value, label: t(`journeys.entry.everys.${value}`) }))}
        onChange={(every) => onChange(fresh[every])}
      />
      {repeat.every === 'week' && (
        <WeekdaysField
          name={t('journeys.entry.days')}
          value={repeat.weekdays}
          onChange={(weekdays) => weekdays.length > 0 && onChange({ ...repeat, weekdays })}
        />
      )}
      {repeat.every === 'month' && (
        <Field name={t('journeys.entry.day')}>
          <Whole
            label={t('journeys.entry.day')}
            value={repeat.day}
            min={1}
            max={31}
            onChange={(day) => day && onChange({ ...repeat, day })}
          />
        </Field>
      )}
      {repeat.every === 'once' && (
        <Field name={t('journeys.entry.date')}>
          <Input
            type="date"
            aria-label={t('journeys.entry.date')}
            value={repeat.date}
            onChange={(event) => event.target.value && onChange({ ...repeat, date: event.target.value })}
          />
        </Field>
      )}
      <TimeField name={t('journeys.fields.time')} value={at} onChange={(time) => onChange({ ...repeat, at: time })} />
    </>
  )
}

function ReentryFields(props: { reentry: Reentry; entry: Entry; onChange: (reentry: Reentry) => void }) {
  const { t } = useText()
  const { reentry, entry, onChange } = props
  const events = entry.by === 'event' ? [entry.event] : []
  const properties = useProperties(events)
  const propertyName = usePropertyName(events)
  const fresh: Record<Reentry['policy'], Reentry> = {
    once: { policy: 'once' },
    after: { policy: 'after', days: 90 },
    inactive: { policy: 'inactive' },
    each: { policy: 'each', property: 'order' },
  }
  return (
    <>
      <ChoiceField
        name={t('journeys.reentry.policy')}
        value={reentry.policy}
        options={(['once', 'after', 'inactive', 'each'] as const).map((value) => ({
          value,
          label: t(`journeys.reentry.policies.${value}`),
        }))}
        onChange={(policy) => onChange(fresh[policy])}
      />
      {reentry.policy === 'after' && (
        <Field name={t('journeys.reentry.days')}>
          <Whole
            label={t('journeys.reentry.days')}
            value={reentry.days}
            min={1}
            max={3650}
            onChange={(days) => days && onChange({ ...reentry, days })}
          />
        </Field>
      )}
      {reentry.policy === 'each' && (
        <Field name={t('journeys.reentry.property')}>
          <Select
            className="wide"
            aria-label={t('journeys.reentry.property')}
            showSearch={{ optionFilterProp: 'label' }}
            value={reentry.property}
            options={[...new Set([reentry.property, ...properties])].map((name) => ({ value: name, label: propertyName(name) }))}
            onChange={(property: string) => onChange({ ...reentry, property })}
          />
        </Field>
      )}
    </>
  )
}

function MetricField(props: { name: string; value: string | null; onChange: (metric: string | null) => void }) {
  const { t, language } = useText()
  const metrics = useDictionary().data?.items ?? []
  const known = props.value === null || metrics.some(({ key }) => key === props.value)
  return (
    <Field name={props.name}>
      <Select
        className="wide"
        aria-label={props.name}
        placeholder={t('journeys.noMetric')}
        allowClear
        showSearch={{ optionFilterProp: 'label' }}
        value={props.value}
        options={[
          ...(known ? [] : [{ value: props.value, label: props.value }]),
          ...metrics.map((metric) => ({ value: metric.key, label: metric[language] })),
        ]}
        onChange={(metric: string | null | undefined) => props.onChange(metric ?? null)}
      />
    </Field>
  )
}
