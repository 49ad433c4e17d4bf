import { Button, InputNumber, Popover } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Row, Stack } from '#console/ui/page.tsx'
import { defaultWeights, type HighValuePart, highValueParts } from '#insight/reports/high-value/schema.ts'

/** How much each part counts; what is changed stands in the address, so that a list can be sent to a colleague. */
export function WeightsButton({ value, onChange }: { value: string | undefined; onChange: (weights: string) => void }) {
  const { t } = useText()
  const [open, setOpen] = useState(false)
  const [weights, setWeights] = useState<Record<HighValuePart, number>>(() => readWeights(value))
  const total = highValueParts.reduce((sum, part) => sum + weights[part], 0)
  const apply = () => {
    setOpen(false)
    onChange(JSON.stringify(weights))
  }
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      open={open}
      onOpenChange={setOpen}
      content={
        <Stack tight>
          {highValueParts.map((part) => (
            <Row key={part} between>
              <span>{t(`value.parts.${part}`)}</span>
              <InputNumber
                aria-label={t('value.weight', { name: t(`value.parts.${part}`) })}
                min={0}
                max={1000}
                value={weights[part]}
                onChange={(weight) => setWeights({ ...weights, [part]: weight ?? 0 })}
              />
            </Row>
          ))}
          <Button type="primary" block disabled={total === 0} onClick={apply}>
            {t('value.apply')}
          </Button>
        </Stack>
      }
    >
      <Button>{t('value.weights')}</Button>
    </Popover>
  )
}

/** Whatever the address says otherwise is the printed default. */
export function readWeights(text: string | undefined): Record<HighValuePart, number> {
  try {
    const read = JSON.parse(text ?? '{}') as Partial<Record<HighValuePart, unknown>>
    const known = highValueParts.map((part) => [
      part,
      typeof read[part] === 'number' && read[part] >= 0 ? read[part] : defaultWeights[part],
    ])
    return Object.fromEntries(known) as Record<HighValuePart, number>
  } catch {
    return defaultWeights
  }
}
