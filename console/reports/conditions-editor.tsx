import { DeleteOutlined, FilterOutlined } from '@ant-design/icons'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { type ConditionRow, operators, toRows, toWhere } from '#console/reports/conditions.ts'
import { PropertyPicker } from '#console/reports/property-picker.tsx'

/** Filters as rows that all must hold. Half-written rows are kept here and asked only when they are whole. */
export function ConditionsEditor(props: { events: string[]; where: unknown; onChange: (where: unknown) => void; label: string }) {
  const { t } = useText()
  const read = toRows(props.where)
  const [unfinished, setUnfinished] = useState<ConditionRow[]>([])
  if (read === undefined) return <p className="note">{t('reports.filterByJson')}</p>
  const rows = [...read, ...unfinished]
  const keep = (next: ConditionRow[]) => {
    const isWhole = (row: ConditionRow) => toWhere([row]) !== undefined
    setUnfinished(next.filter((row) => !isWhole(row)))
    props.onChange(toWhere(next.filter(isWhole)))
  }
  return (
    <div className="conditions">
      {rows.map((row, index) => {
        const set = (fields: Partial<ConditionRow>) => keep(rows.map((one, at) => (at === index ? { ...one, ...fields } : one)))
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing but their place
          <div key={index} className="condition">
            <PropertyPicker
              label={t('reports.property')}
              events={props.events}
              value={{ name: row.property, scope: row.scope }}
              onChange={({ name, scope }) => set({ property: name, scope })}
            />
            <Select
              aria-label={t('reports.comparison')}
              popupMatchSelectWidth={false}
              value={row.op}
              onChange={(op) => set({ op })}
              options={operators.map((op) => ({ value: op, label: t(`reports.operators.${op}`) }))}
            />
            {row.op === 'exists' ? (
              <span />
            ) : (
              <Input
                key={row.value}
                aria-label={t('reports.value')}
                placeholder={t(row.op === 'in' || row.op === 'not_in' ? 'reports.values' : 'reports.value')}
                defaultValue={row.value}
                onBlur={(event) => event.target.value !== row.value && set({ value: event.target.value })}
                onPressEnter={(event) => set({ value: event.currentTarget.value })}
              />
            )}
            <Button
              type="text"
              size="small"
              icon={<DeleteOutlined />}
              aria-label={t('reports.removeFilter')}
              onClick={() => keep(rows.filter((_one, at) => at !== index))}
            />
          </div>
        )
      })}
      {unfinished.length > 0 && (
        <p className="note" role="status">
          {t('reports.filterUnfinished')}
        </p>
      )}
      <Button
        type="link"
        size="small"
        icon={<FilterOutlined />}
        aria-label={`${t('reports.addFilter')} ${props.label}`}
        onClick={() => setUnfinished([...unfinished, { property: '', op: 'eq', value: '', scope: 'event' }])}
      >
        {t('reports.addFilter')}
      </Button>
    </div>
  )
}
