import { FilterOutlined, SearchOutlined } from '@ant-design/icons'
import { Badge, Button, DatePicker, Drawer, Input, Select } from 'antd'
import dayjs from 'dayjs'
import { type ReactNode, useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { todayIn } from '#console/ui/format.ts'
import { usePhone } from '#console/ui/preferences.ts'

export type Filter =
  | {
      kind: 'choice'
      key: string
      label: string
      options: { value: string; label: string }[]
      many?: boolean
    }
  | { kind: 'dates'; from: string; to: string; label: string }

export type FilterValues = Record<string, string | undefined>

/** Search, filters and what to do with the result. Values come from and go to the URL; lists are comma-separated there. */
export function FilterBar(props: {
  search?: string
  filters: Filter[]
  values: FilterValues
  onChange: (change: FilterValues) => void
  children?: ReactNode
}) {
  const { t } = useText()
  const phone = usePhone()
  const [open, setOpen] = useState(false)
  const keys = props.filters.flatMap((filter) => (filter.kind === 'dates' ? [filter.from, filter.to] : [filter.key]))
  const active = props.filters.filter((filter) =>
    filter.kind === 'dates' ? props.values[filter.from] || props.values[filter.to] : props.values[filter.key],
  ).length
  const clear = active > 0 && (
    <Button type="link" onClick={() => props.onChange(Object.fromEntries(keys.map((key) => [key, undefined])))}>
      {t('ui.clearFilters')}
    </Button>
  )
  const controls = props.filters.map((filter) => (
    <FilterControl
      key={filter.kind === 'dates' ? filter.from : filter.key}
      filter={filter}
      values={props.values}
      onChange={props.onChange}
    />
  ))
  return (
    <search className="filters">
      {props.search && (
        <SearchBox key={props.values.q ?? ''} label={props.search} value={props.values.q ?? ''} onChange={(q) => props.onChange({ q })} />
      )}
      {phone && props.filters.length > 0 && (
        <Badge count={active} size="small">
          <Button icon={<FilterOutlined />} onClick={() => setOpen(true)}>
            {t('ui.filter')}
          </Button>
        </Badge>
      )}
      {!phone && controls}
      {!phone && clear}
      {props.children}
      {phone && (
        <Drawer placement="bottom" size="auto" title={t('ui.filter')} open={open} onClose={() => setOpen(false)}>
          <div className="stack filter-sheet">
            {controls}
            {clear}
            <Button type="primary" block onClick={() => setOpen(false)}>
              {t('ui.showResult')}
            </Button>
          </div>
        </Drawer>
      )}
    </search>
  )
}

function SearchBox(props: { label: string; value: string; onChange: (text: string | undefined) => void }) {
  const [text, setText] = useState(props.value)
  const submit = () => text.trim() !== props.value && props.onChange(text.trim() || undefined)
  return (
    <Input
      className="filter-search"
      prefix={<SearchOutlined />}
      placeholder={props.label}
      aria-label={props.label}
      value={text}
      allowClear
      onChange={(event) => {
        setText(event.target.value)
        if (event.target.value === '' && props.value) props.onChange(undefined)
      }}
      onPressEnter={submit}
      onBlur={submit}
    />
  )
}

function FilterControl(props: { filter: Filter; values: FilterValues; onChange: (change: FilterValues) => void }) {
  const { filter } = props
  if (filter.kind === 'dates') {
    return (
      <Dates
        label={filter.label}
        from={props.values[filter.from]}
        to={props.values[filter.to]}
        onChange={(from, to) => props.onChange({ [filter.from]: from, [filter.to]: to })}
      />
    )
  }
  const value = props.values[filter.key]
  return (
    <Select
      className="filter-choice"
      aria-label={filter.label}
      placeholder={filter.label}
      mode={filter.many ? 'multiple' : undefined}
      maxTagCount={1}
      allowClear
      showSearch={filter.options.length > 8 ? { optionFilterProp: 'label' } : false}
      popupMatchSelectWidth={false}
      options={filter.options}
      value={value === undefined ? undefined : filter.many ? value.split(',') : value}
      onChange={(chosen: string | string[] | undefined) =>
        props.onChange({ [filter.key]: (Array.isArray(chosen) ? chosen.join(',') : chosen) || undefined })
      }
    />
  )
}

/** A span of days, with the spans people ask for most. */
export function Dates(props: {
  label: string
  from: string | undefined
  to: string | undefined
  onChange: (from: string | undefined, to: string | undefined) => void
  required?: boolean
}) {
  const { t } = useText()
  const today = dayjs(todayIn(useTenant().timezone))
  return (
    <DatePicker.RangePicker
      className="filter-dates"
      aria-label={props.label}
      placeholder={[props.label, t('ui.until')]}
      allowClear={!props.required}
      // Without this an empty field keeps the keyboard's focus to itself.
      allowEmpty={[true, true]}
      value={props.from || props.to ? [props.from ? dayjs(props.from) : null, props.to ? dayjs(props.to) : null] : null}
      onChange={(span) =>
        !(props.required && !(span?.[0] && span[1])) && props.onChange(span?.[0]?.format('YYYY-MM-DD'), span?.[1]?.format('YYYY-MM-DD'))
      }
      presets={[
        { label: t('ui.today'), value: [today, today] },
        { label: t('ui.last7'), value: [today.subtract(6, 'day'), today] },
        { label: t('ui.last30'), value: [today.subtract(29, 'day'), today] },
        { label: t('ui.last90'), value: [today.subtract(89, 'day'), today] },
        { label: t('ui.thisMonth'), value: [today.startOf('month'), today] },
      ]}
    />
  )
}
