import { CloseOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'

interface Choice {
  value?: string
  label: string
  title?: string
  options?: { value: string; label: string }[]
}

/** Several of many. */
export function Many(props: { label: string; value: string[]; options: Choice[]; onChange: (value: string[]) => void }) {
  return (
    <Select
      className="rule-wide"
      mode="multiple"
      aria-label={props.label}
      placeholder={props.label}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      maxTagCount="responsive"
      value={props.value}
      options={props.options}
      onChange={props.onChange}
    />
  )
}

/** A part that need not be said: a link to say it, and a way to take it back. */
export function Optional<Value>(props: {
  label: string
  value: unknown
  fresh: Value
  onChange: (value: Value | undefined) => void
  children: ReactNode
}) {
  const { t } = useText()
  if (props.value === undefined)
    return (
      <Button type="link" size="small" onClick={() => props.onChange(props.fresh)}>
        + {props.label}
      </Button>
    )
  return (
    <span className="rule-optional">
      <span className="note">{props.label}</span>
      {props.children}
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined />}
        aria-label={`${t('ui.delete')} ${props.label}`}
        onClick={() => props.onChange(undefined)}
      />
    </span>
  )
}

export interface LeafProps<Value = Record<string, unknown>> {
  value: Value
  onChange: (value: Value) => void
}

/** A field with nothing in it is not said. */
export const withoutEmpty = (value: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined && !(Array.isArray(one) && one.length === 0)))
