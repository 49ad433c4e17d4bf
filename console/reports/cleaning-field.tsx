import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { listOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { Field } from '#console/reports/fields.tsx'

interface Cleaning {
  pattern: string
  alias: string
}

/** Regular expressions and what they become in the names of pages, one after the other. A row without a pattern is not asked yet. */
export function CleaningField({ document, onChange }: EditorProps) {
  const { t } = useText()
  const said = listOf<Cleaning>(document.cleaning)
  const [unfinished, setUnfinished] = useState<Cleaning[]>([])
  const rows = [...said, ...unfinished]
  const keep = (next: Cleaning[]) => {
    const whole = next.filter(({ pattern }) => pattern !== '')
    setUnfinished(next.filter(({ pattern }) => pattern === ''))
    onChange({ cleaning: whole.length > 0 ? whole : undefined })
  }
  return (
    <Field name={t('paths.cleaning')} hint={t('paths.cleaningHint')}>
      {rows.map((row, index) => {
        const set = (fields: Partial<Cleaning>) => keep(rows.map((one, at) => (at === index ? { ...one, ...fields } : one)))
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing but their place
          <div key={index} className="field-pair">
            <Input
              key={`p${row.pattern}`}
              aria-label={t('paths.pattern')}
              placeholder="\d+"
              maxLength={500}
              defaultValue={row.pattern}
              onBlur={({ target }) => target.value !== row.pattern && set({ pattern: target.value })}
            />
            <span aria-hidden="true">→</span>
            <Input
              key={`a${row.alias}`}
              aria-label={t('paths.alias')}
              placeholder="N"
              maxLength={200}
              defaultValue={row.alias}
              onBlur={({ target }) => target.value !== row.alias && set({ alias: target.value })}
            />
            <Button
              type="text"
              size="small"
              icon={<CloseOutlined />}
              aria-label={`${t('ui.delete')} ${row.pattern}`}
              onClick={() => keep(rows.filter((_one, at) => at !== index))}
            />
          </div>
        )
      })}
      <Button type="link" size="small" icon={<PlusOutlined />} onClick={() => setUnfinished([...unfinished, { pattern: '', alias: '' }])}>
        {t('paths.addCleaning')}
      </Button>
    </Field>
  )
}
