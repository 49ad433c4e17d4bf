import { Input, Select } from 'antd'
import { AttributeControl } from '#console/attributes/attribute-fields.tsx'
import { useAttributes } from '#console/attributes/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import type { StepFieldsProps } from '#console/journeys/step-form.tsx'
import { Field } from '#console/reports/fields.tsx'

type Value = StepFieldsProps<'attribute'>['step']['value']

/** Which attribute becomes what: the control of its type. */
export function AttributeStepFields({ step, onChange }: StepFieldsProps<'attribute'>) {
  const { t } = useText()
  const attributes = useAttributes().data?.items ?? []
  const attribute = attributes.find(({ key }) => key === step.key)
  const label = t('journeys.fields.value')
  const set = (value: Value | undefined) => onChange({ ...step, value: value === undefined || value === '' ? null : value })
  return (
    <>
      <Field name={t('journeys.fields.attribute')}>
        <Select
          className="wide"
          aria-label={t('journeys.fields.attribute')}
          placeholder={t('journeys.words.unset')}
          showSearch={{ optionFilterProp: 'label' }}
          value={step.key || null}
          options={attributes.map(({ key, name }) => ({ value: key, label: name }))}
          onChange={(key: string | null) => key && onChange({ ...step, key, value: null })}
        />
      </Field>
      {attribute && (
        <Field name={label} hint={t('journeys.fields.valueHint')}>
          {attribute.type === 'date' ? (
            <Input type="date" aria-label={label} value={String(step.value ?? '')} onChange={(event) => set(event.target.value)} />
          ) : (
            <AttributeControl attribute={attribute} aria-label={label} value={step.value} onChange={set} />
          )}
        </Field>
      )}
    </>
  )
}
