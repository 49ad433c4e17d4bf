import { Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { CleaningField } from '#console/reports/cleaning-field.tsx'
import { listOf, numberOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { ChoiceField, DatesField, Field, FlagField, More, TagsField, TextField, Whole } from '#console/reports/fields.tsx'
import { usePlan } from '#console/reports/queries.ts'

const kinds = ['event', 'page', 'property'] as const

/** What counts as a step, where paths begin and end, and when a visit is over. */
export function PathsEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  const property = propertyOf(document.node)
  const kind = property === undefined ? (document.node === 'page' ? 'page' : 'event') : 'property'
  return (
    <>
      <ChoiceField
        name={t('paths.node')}
        value={kind}
        options={kinds.map((value) => ({ value, label: t(`paths.nodes.${value}`) }))}
        onChange={(next) =>
          onChange({
            node: next === 'property' ? { property: 'product' } : next,
            startPoint: undefined,
            endPoint: undefined,
            groups: undefined,
          })
        }
      />
      {property !== undefined && (
        <TextField
          name={t('paths.property')}
          hint={t('paths.propertyHint')}
          value={property}
          placeholder="product"
          onChange={(next) => next && onChange({ node: { property: next } })}
        />
      )}
      <DatesField document={document} onChange={onChange} />
      <PointField document={document} onChange={onChange} field="startPoint" kind={kind} />
      <PointField document={document} onChange={onChange} field="endPoint" kind={kind} />
      <Field name={t('paths.stepLimit')}>
        <Whole
          label={t('paths.stepLimit')}
          value={numberOf(document.stepLimit, 5)}
          min={2}
          max={12}
          onChange={(stepLimit) => stepLimit && onChange({ stepLimit })}
        />
      </Field>
      <Field name={`${t('paths.gap')} (${t('paths.gapUnit')})`}>
        <Whole
          label={t('paths.gap')}
          value={numberOf(document.sessionGapMinutes, 30)}
          min={1}
          max={43_200}
          onChange={(sessionGapMinutes) => sessionGapMinutes && onChange({ sessionGapMinutes })}
        />
      </Field>
      {kind === 'event' && <EventsField document={document} onChange={onChange} field="includeEvents" name={t('paths.only')} />}
      <EventsField document={document} onChange={onChange} field="excludeEvents" name={t('paths.except')} />
      {kind === 'page' && (
        <TagsField document={document} onChange={onChange} field="groups" name={t('paths.groups')} hint={t('paths.groupsHint')} />
      )}
      <ChoiceField
        name={t('paths.folding')}
        value={document.collapseRepeats === false ? 'no' : 'yes'}
        options={(['yes', 'no'] as const).map((value) => ({ value, label: t(`paths.foldings.${value}`) }))}
        onChange={(value) => onChange({ collapseRepeats: value === 'no' ? false : undefined })}
      />
      <Field name={t('paths.edgeLimit')}>
        <Whole
          label={t('paths.edgeLimit')}
          value={numberOf(document.edgeLimit, 50)}
          min={1}
          max={500}
          onChange={(edgeLimit) => edgeLimit && onChange({ edgeLimit })}
        />
      </Field>
      {kind === 'page' && (
        <More document={document} fields={['cleaning', 'dropTrailingSlash']}>
          <CleaningField document={document} onChange={onChange} />
          <FlagField document={document} onChange={onChange} field="dropTrailingSlash" name={t('paths.dropTrailingSlash')} usual />
        </More>
      )}
    </>
  )
}

const propertyOf = (node: unknown): string | undefined =>
  typeof node === 'object' && node !== null && 'property' in node ? textOf(node.property) : undefined

function PointField({ document, onChange, field, kind }: EditorProps & { field: 'startPoint' | 'endPoint'; kind: (typeof kinds)[number] }) {
  const { t } = useText()
  const events = useEventOptions()
  const [name, hint] = field === 'startPoint' ? [t('paths.startPoint'), t('paths.startHint')] : [t('paths.endPoint'), t('paths.endHint')]
  const value = textOf(document[field])
  const tell = (next: string | undefined) => onChange({ [field]: next })
  if (kind !== 'event') return <TextField name={name} hint={hint} value={value} placeholder={kind === 'page' ? '/' : ''} onChange={tell} />
  return (
    <Field name={name} hint={hint}>
      <Select
        className="wide"
        allowClear
        aria-label={name}
        showSearch={{ optionFilterProp: 'label' }}
        popupMatchSelectWidth={false}
        value={value || null}
        onChange={(next: string | null) => tell(next ?? undefined)}
        options={events}
      />
    </Field>
  )
}

function useEventOptions(): { value: string; label: string }[] {
  const plan = usePlan()
  const title = useEventTitle()
  return (plan.data?.items ?? []).map(({ name }) => ({ value: name, label: title(name) }))
}

function EventsField({ document, onChange, field, name }: EditorProps & { field: 'includeEvents' | 'excludeEvents'; name: string }) {
  const { t } = useText()
  const events = useEventOptions()
  return (
    <Field name={name}>
      <Select
        className="wide"
        mode={field === 'includeEvents' ? 'multiple' : 'tags'}
        aria-label={name}
        placeholder={field === 'includeEvents' ? t('paths.all') : ''}
        showSearch={{ optionFilterProp: 'label' }}
        value={listOf<string>(document[field])}
        onChange={(names: string[]) => onChange({ [field]: names.length > 0 ? names : undefined })}
        options={events}
      />
    </Field>
  )
}
