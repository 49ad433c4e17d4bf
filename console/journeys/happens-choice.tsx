import { Checkbox } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { type Met, propertiesLater } from '#console/journeys/brought.ts'
import { PropertyFields } from '#console/journeys/brought-fields.tsx'
import type { StepWords } from '#console/journeys/words.ts'
import { Field } from '#console/reports/fields.tsx'
import type { Definition } from '#operation/journeys/definition.ts'

/** Which of the waits are met when a way is foreseen, and with what, where branches behind them ask for it. */
export function HappensChoice(props: { drawing: Definition; words: StepWords; value: Met; onChange: (met: Met) => void }) {
  const { t } = useText()
  const { drawing, words, value, onChange } = props
  const waits = drawing.steps.flatMap((step) => (step.type === 'wait_for' ? [step] : []))
  if (waits.length === 0) return null
  const choose = (ids: string[]) => onChange(Object.fromEntries(ids.map((id) => [id, value[id] ?? {}])))
  return (
    <>
      <Field name={t('journeys.dryRunHappens')} hint={t('journeys.dryRunHappensHint')}>
        <Checkbox.Group
          options={waits.map((step) => ({ value: step.id, label: words.of(step) }))}
          value={waits.flatMap(({ id }) => (value[id] ? [id] : []))}
          onChange={choose}
        />
      </Field>
      {waits.map((step) => {
        const brought = value[step.id]
        return (
          brought && (
            <PropertyFields
              key={step.id}
              name={t('journeys.happensWith', { step: words.of(step) })}
              hint={t('journeys.happensWithHint')}
              asked={propertiesLater(drawing, step.id)}
              events={step.happens.flatMap((one) => ('event' in one ? [one.event] : []))}
              value={brought}
              onChange={(one) => onChange({ ...value, [step.id]: one })}
            />
          )
        )
      })}
    </>
  )
}
