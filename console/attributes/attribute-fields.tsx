import { DatePicker, Form, Input, InputNumber, Select } from 'antd'
import dayjs from 'dayjs'
import type { ReactNode } from 'react'
import { type Attribute, useAttributes } from '#console/attributes/queries.ts'
import { useText } from '#console/i18n/i18n.ts'

type Value = string | number | boolean | null

/** One field per attribute of the company, each with the control of its type. */
export function AttributeFields() {
  const { t } = useText()
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
      {controlOf(attribute, { yes: t('ui.yes'), no: t('ui.no') })}
    </Form.Item>
  ))
}

function controlOf({ type, choices }: Attribute, words: { yes: string; no: string }): ReactNode {
  if (type === 'number') return <InputNumber style={{ width: '100%' }} />
  if (type === 'date') return <DatePicker style={{ width: '100%' }} />
  if (type === 'choice') return <Select allowClear options={choices.map((value) => ({ value, label: value }))} />
  if (type === 'boolean')
    return (
      <Select
        allowClear
        options={[
          { value: true, label: words.yes },
          { value: false, label: words.no },
        ]}
      />
    )
  return <Input maxLength={1000} autoComplete="off" />
}

/** What the form holds as the server takes it: nothing typed clears. */
export const attributeValues = (values: Record<string, unknown> | undefined): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(values ?? {}).map(([key, value]) => [key, value === undefined || value === '' ? null : (value as Value)]),
  )
