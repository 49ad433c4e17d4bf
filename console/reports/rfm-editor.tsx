import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useText } from '#console/i18n/i18n.ts'
import { numberOf, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ChoiceField, CurrencyField, Field, TextField, Whole, wordsOf } from '#console/reports/fields.tsx'

type Bins = { method: 'quantile'; n: number } | { method: 'fixed'; recency: unknown; frequency: unknown; monetary: unknown }

export function RfmEditor({ document, onChange }: EditorProps) {
  const { t } = useText()
  const bins = (document.bins ?? { method: 'quantile', n: 5 }) as Bins
  return (
    <>
      <Field name={t('reports.asOf')} hint={t('reports.asOfHint')}>
        <DatePicker
          aria-label={t('reports.asOf')}
          placeholder={t('ui.today')}
          value={document.asOf ? dayjs(textOf(document.asOf)) : null}
          onChange={(day) => onChange({ asOf: day?.format('YYYY-MM-DD') })}
        />
      </Field>
      <Field name={t('reports.lookBack')}>
        <div className="field-pair">
          <Whole
            label={t('reports.lookBack')}
            value={numberOf(document.windowDays, 0) || null}
            min={1}
            max={36_600}
            placeholder={t('reports.allTime')}
            onChange={(windowDays) => onChange({ windowDays })}
          />
          <span className="note">{t('reports.units.day')}</span>
        </div>
      </Field>
      <ChoiceField
        name={t('reports.amount')}
        value={document.amount === 'gross' ? 'gross' : 'net'}
        options={[
          { value: 'net', label: t('reports.amounts.net') },
          { value: 'gross', label: t('reports.amounts.gross') },
        ]}
        onChange={(amount) => onChange({ amount })}
      />
      <ChoiceField
        name={t('reports.bins')}
        value={bins.method}
        options={[
          { value: 'quantile', label: t('reports.binMethods.quantile') },
          { value: 'fixed', label: t('reports.binMethods.fixed') },
        ]}
        onChange={(method) =>
          onChange({
            bins:
              method === 'quantile'
                ? { method, n: 5 }
                : { method, recency: [30, 90, 180], frequency: [2, 4, 8], monetary: [200, 1000, 5000] },
          })
        }
      />
      {bins.method === 'quantile' ? (
        <Field name={t('reports.scores')}>
          <Whole
            label={t('reports.scores')}
            value={numberOf(bins.n, 5)}
            min={2}
            max={20}
            onChange={(n) => n && onChange({ bins: { ...bins, n } })}
          />
        </Field>
      ) : (
        (['recency', 'frequency', 'monetary'] as const).map((name) => (
          <Bounds
            key={name}
            label={t(`reports.bounds.${name}`)}
            value={bins[name]}
            onChange={(list) => onChange({ bins: { ...bins, [name]: list } })}
          />
        ))
      )}
      <CurrencyField document={document} onChange={onChange} />
    </>
  )
}

function Bounds({ label, value, onChange }: { label: string; value: unknown; onChange: (list: number[]) => void }) {
  const shown = Array.isArray(value) ? value.join(', ') : String(value ?? '')
  const tell = (text: string) => {
    const list = wordsOf(text)?.map(Number) ?? []
    if (list.length > 0 && list.every((one) => Number.isFinite(one) && one >= 0)) onChange(list)
  }
  return <TextField name={label} value={shown} onChange={(text) => tell(text ?? '')} />
}
