import { Checkbox } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import type { StepWords } from '#console/journeys/words.ts'
import { Field } from '#console/reports/fields.tsx'
import type { Definition } from '#operation/journeys/definition.ts'

/** Which of the waits are met when a way is foreseen. */
export function HappensChoice(props: { drawing: Definition; words: StepWords; value: string[]; onChange: (steps: string[]) => void }) {
  const { t } = useText()
  const waits = props.drawing.steps.flatMap((step) => (step.type === 'wait_for' ? [{ value: step.id, label: props.words.of(step) }] : []))
  if (waits.length === 0) return null
  return (
    <Field name={t('journeys.dryRunHappens')} hint={t('journeys.dryRunHappensHint')}>
      <Checkbox.Group options={waits} value={props.value} onChange={props.onChange} />
    </Field>
  )
}
