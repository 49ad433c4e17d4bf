import { PlusOutlined } from '@ant-design/icons'
import { Button, Form, Input, Select } from 'antd'
import { useState } from 'react'
import type { Card } from '#console/boards/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useDictionary } from '#console/metrics/queries.ts'
import { useReports } from '#console/reports/queries.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Row } from '#console/ui/page.tsx'

const kinds = ['metric', 'report', 'loop', 'note'] as const
const names = { metric: 'boards.addMetric', report: 'boards.addReport', loop: 'boards.addLoop', note: 'boards.addNote' } as const

/** What a board can hold more of. */
export function AddCard({ add }: { add: (card: Card) => void }) {
  const { t } = useText()
  const [kind, setKind] = useState<(typeof kinds)[number]>()
  return (
    <Row>
      {kinds.map((one) => (
        <Button key={one} icon={<PlusOutlined />} onClick={() => (one === 'loop' ? add({ kind: 'loop', size: 'full' }) : setKind(one))}>
          {t(names[one])}
        </Button>
      ))}
      <FormDrawer<{ what: string }>
        title={t('boards.add')}
        open={kind !== undefined}
        onClose={() => setKind(undefined)}
        initial={{}}
        onSubmit={async ({ what }) => {
          if (kind === 'metric') add({ kind, metric: what, size: 'small' })
          if (kind === 'report') add({ kind, report: what, size: 'medium' })
          if (kind === 'note') add({ kind, text: what, size: 'full' })
        }}
      >
        <Form.Item
          name="what"
          label={t(kind === 'note' ? 'boards.noteText' : 'boards.choose')}
          rules={[{ required: true, whitespace: true, message: t('ui.required') }]}
        >
          {kind === 'metric' ? <MetricPicker /> : kind === 'report' ? <ReportPicker /> : <Input.TextArea maxLength={1000} rows={5} />}
        </Form.Item>
      </FormDrawer>
    </Row>
  )
}

interface PickerProps {
  value?: string
  onChange?: (value: string) => void
}

function MetricPicker(props: PickerProps) {
  const { t, language } = useText()
  const items = (useDictionary().data?.items ?? []).filter(({ state }) => state !== 'waiting')
  return (
    <Select
      {...props}
      showSearch={{ optionFilterProp: 'label' }}
      options={items.map((entry) => ({ value: entry.key, label: `${entry[language]} · ${t(`metrics.loops.${entry.loop ?? 'own'}`)}` }))}
    />
  )
}

function ReportPicker(props: PickerProps) {
  const reports = useReports(undefined)
  return (
    <Select
      {...props}
      showSearch={{ optionFilterProp: 'label' }}
      options={reports.rows.map(({ id, name }) => ({ value: id, label: name }))}
    />
  )
}
