import { Button, Form, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { type AlertRule, type DictionaryEntry, useAlerts, useCreateAlert, useDeleteAlert } from '#console/metrics/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { periods } from '#insight/metrics/schema.ts'

const kinds = ['above', 'below', 'rise', 'fall'] as const

/** When somebody is told about a metric. */
export function MetricAlerts({ entry }: { entry: DictionaryEntry }) {
  const { t } = useText()
  const run = useRun()
  const alerts = useAlerts()
  const create = useCreateAlert()
  const remove = useDeleteAlert()
  const [open, setOpen] = useState(false)
  const own = (alerts.data?.items ?? []).filter(({ metric }) => metric === entry.key)
  return (
    <Section
      title={t('metrics.alerts')}
      actions={
        <Gate permission="reports.write">
          <Button onClick={() => setOpen(true)}>{t('metrics.addAlert')}</Button>
        </Gate>
      }
    >
      {own.length === 0 && <p className="note">{t('metrics.noAlerts')}</p>}
      {own.map(({ id, rule }) => (
        <Row key={id} between>
          <span>
            {t('metrics.alertLine', {
              period: t(`metrics.periods.${rule.period}`),
              kind: t(`metrics.alertKinds.${rule.kind}`),
              value: exactNumber(rule.value),
            })}
          </span>
          <Gate permission="reports.write">
            <Button type="link" size="small" aria-label={t('metrics.deleteAlert')} onClick={() => void run(() => remove.mutateAsync(id))}>
              {t('ui.delete')}
            </Button>
          </Gate>
        </Row>
      ))}
      <FormDrawer<AlertRule>
        title={t('metrics.addAlert')}
        open={open}
        onClose={() => setOpen(false)}
        initial={{ kind: 'fall', value: 20, period: 'day' }}
        onSubmit={(rule) => create.mutateAsync({ metric: entry.key, rule })}
      >
        <Form.Item required name="kind" label={t('metrics.alertKind')}>
          <Select options={kinds.map((value) => ({ value, label: t(`metrics.alertKinds.${value}`) }))} />
        </Form.Item>
        <Form.Item name="value" label={t('metrics.alertValue')} rules={[{ required: true, message: t('ui.required') }]}>
          <InputNumber className="wide" />
        </Form.Item>
        <Form.Item required name="period" label={t('metrics.alertPeriod')} extra={t('metrics.alertHint')}>
          <Select options={periods.map((value) => ({ value, label: t(`metrics.periods.${value}`) }))} />
        </Form.Item>
      </FormDrawer>
    </Section>
  )
}
