import { DatePicker, Form, Input, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import { type Attribute, useAttributes } from '#console/attributes/queries.ts'
import { useText } from '#console/i18n/i18n.ts'

type Value = string | number | boolean | null

/** One field per attribute of the company, each with the control of its type. */
export function AttributeFields() {
  const list = useAttributes()
  return (list.data?.items ?? []).map((attribute) => (
    <Form.Item
      key={attribute.key}
      name={['attributes', attribute.key]}
      label={attribute.name}
      // Pickers speak of moments, the server of days.
      {...(attribute.type === 'date'
        ? {
            getValueProps: (value: unknown) => ({ value: typeof value === 'string' ? dayjs(value) : null }),
            normalize: (day: { format: (pattern: string) => string } | null) => day?.format('YYYY-MM-DD') ?? null,
          }
        : {})}
    >
      <AttributeControl attribute={attribute} />
    </Form.Item>
  ))
}

/** The control of an attribute's type; a day is a moment to its picker. */
export function AttributeControl({
  attribute,
  ...control
}: {
  attribute: Attribute
  value?: Value
  onChange?: (value: Value | undefined) => void
}) {
  const { t } = useText()
  const { type, choices } = attribute
  const shared = control as Record<string, never>
  if (type === 'number') return <InputNumber {...shared} style={{ width: '100%' }} />
  if (type === 'date') return <DatePicker {...shared} style={{ width: '100%' }} />
  if (type === 'choice') return <Select {...shared} allowClear options={choices.map((value) => ({ value, label: value }))} />
  if (type === 'boolean')
    return (
      <Select
        {...shared}
        allowClear
        options={[
          { value: true, label: t('ui.yes') },
          { value: false, label: t('ui.no') },
        ]}
      />
    )
  return <TextControl {...control} />
}

function TextControl({ value, onChange, ...rest }: { value?: Value; onChange?: (value: Value | undefined) => void }) {
  return (
    <Input
      {...rest}
      value={value === undefined || value === null ? '' : String(value)}
      onChange={(event) => onChange?.(event.target.value)}
      maxLength={1000}
      autoComplete="off"
    />
  )
}

/** What the form holds as the server takes it: nothing typed clears. */
export const attributeValues = (values: Record<string, unknown> | undefined): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [key, value === undefined || value === '' ? null : (value as Value)]),
  )
