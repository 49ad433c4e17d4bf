import { Form, Input, Select } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { type DictionaryEntry, useSaveOwnMetric } from '#console/metrics/queries.ts'
import { listOf, type Series } from '#console/reports/document.ts'
import { MatcherList } from '#console/reports/matcher-list.tsx'
import { Measure } from '#console/reports/trend-editor.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { units } from '#insight/reports/metric/definition.ts'

interface Values {
  name: string
  parts: Series[]
  formula?: string
  unit: (typeof units)[number]
  better: 'more' | 'less'
}

/** A metric of one's own: events, how they are measured, and a formula over them. */
export function OwnMetricDrawer(props: { open: boolean; onClose: () => void; entry?: DictionaryEntry }) {
  const { t } = useText()
  const save = useSaveOwnMetric()
  const { entry } = props
  const kept = (entry?.definition ?? {}) as Partial<Values>
  return (
    <FormDrawer<Values>
      wide
      title={t(entry ? 'metrics.editOwn' : 'metrics.createOwn')}
      open={props.open}
      onClose={props.onClose}
      {...(entry ? {} : { draft: 'own-metric' })}
      fields={{ 'definition.formula': 'formula', 'definition.parts': 'parts' }}
      initial={{
        name: entry?.zh ?? '',
        parts: kept.parts ?? [{ event: '', measure: 'persons' }],
        formula: kept.formula ?? '',
        unit: kept.unit ?? 'persons',
        better: kept.better ?? 'more',
      }}
      onSubmit={({ name, formula, ...rest }) =>
        save.mutateAsync({
          id: entry?.key,
          name: name.trim(),
          definition: { ...rest, ...(formula?.trim() ? { formula: formula.trim() } : {}) },
        })
      }
    >
      <Form.Item name="name" label={t('metrics.ownName')} rules={[{ required: true, whitespace: true, message: t('ui.required') }]}>
        <Input maxLength={60} showCount autoComplete="off" />
      </Form.Item>
      <Form.Item required name="parts" label={t('metrics.ownParts')}>
        <Parts />
      </Form.Item>
      <Form.Item name="formula" label={t('metrics.ownFormula')} extra={t('metrics.ownFormulaHint')}>
        <Input placeholder="A / B" autoComplete="off" />
      </Form.Item>
      <Form.Item required name="unit" label={t('metrics.ownUnit')}>
        <Select options={units.map((value) => ({ value, label: t(`metrics.units.${value}`) }))} />
      </Form.Item>
      <Form.Item required name="better" label={t('metrics.better')}>
        <Select options={(['more', 'less'] as const).map((value) => ({ value, label: t(`metrics.betters.${value}`) }))} />
      </Form.Item>
    </FormDrawer>
  )
}

/** The form hands in the value and takes the change. */
function Parts({ value, onChange }: { value?: Series[]; onChange?: (parts: Series[]) => void }) {
  const { t } = useText()
  return (
    <MatcherList
      values={listOf<Series>(value)}
      onChange={(next) => onChange?.(next)}
      name={(index) => String.fromCharCode(65 + index)}
      add={t('reports.addSeries')}
      fresh={{ event: '', measure: 'persons' }}
      most={20}
      any
      extra={(one, set) => <Measure value={one} onChange={(measure) => set({ ...one, measure })} />}
    />
  )
}
