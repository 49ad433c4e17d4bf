import { Button, DatePicker, Form, InputNumber, Select } from 'antd'
import dayjs, { type Dayjs } from 'dayjs'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { figureText } from '#console/metrics/figure.ts'
import { type DictionaryEntry, useSetTarget } from '#console/metrics/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { todayIn } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { periods } from '#insight/metrics/schema.ts'

interface Values {
  period: (typeof periods)[number]
  since: Dayjs
  value: number
}

/** What a metric should come to, since when. */
export function MetricTargets({ entry }: { entry: DictionaryEntry }) {
  const { t, language } = useText()
  const run = useRun()
  const set = useSetTarget()
  const today = todayIn(useTenant().timezone)
  const [open, setOpen] = useState(false)
  const currency = useTenant().currency
  const shown = (value: number) => figureText(value, entry.unit, entry.unit === 'money' ? currency : undefined, language)
  return (
    <Section
      title={t('metrics.targets')}
      actions={
        <Gate permission="reports.write">
          <Button onClick={() => setOpen(true)}>{t('metrics.setTarget')}</Button>
        </Gate>
      }
    >
      {entry.targets.length === 0 && <p className="note">{t('metrics.noTarget')}</p>}
      {entry.targets.map(({ period, since, value }) => (
        <Row key={`${period} ${since}`} between>
          <span>{t('metrics.targetLine', { period: t(`metrics.periods.${period}`), value: shown(value), since })}</span>
          <Gate permission="reports.write">
            <Button
              type="link"
              size="small"
              onClick={() => void run(() => set.mutateAsync({ metric: entry.key, period, since, value: null }))}
            >
              {t('ui.delete')}
            </Button>
          </Gate>
        </Row>
      ))}
      <FormDrawer<Values>
        title={t('metrics.setTarget')}
        open={open}
        onClose={() => setOpen(false)}
        initial={{ period: 'month', since: dayjs(today).startOf('month') }}
        onSubmit={({ period, since, value }) => set.mutateAsync({ metric: entry.key, period, since: since.format('YYYY-MM-DD'), value })}
      >
        <Form.Item required name="period" label={t('metrics.targetPeriod')}>
          <Select options={periods.map((value) => ({ value, label: t(`metrics.periods.${value}`) }))} />
        </Form.Item>
        <Form.Item required name="since" label={t('metrics.targetSince')}>
          <DatePicker allowClear={false} />
        </Form.Item>
        <Form.Item
          name="value"
          label={t('metrics.targetValue')}
          extra={t('metrics.targetHint')}
          rules={[{ required: true, message: t('ui.required') }]}
        >
          <InputNumber className="wide" />
        </Form.Item>
      </FormDrawer>
    </Section>
  )
}
