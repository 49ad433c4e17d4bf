import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { freshHappening } from '#console/journeys/drawing.ts'
import { RuleField } from '#console/journeys/rule-field.tsx'
import { SegmentPicker } from '#console/journeys/small-fields.tsx'
import { useStepWords } from '#console/journeys/words.ts'
import { ChoiceField, Field } from '#console/reports/fields.tsx'
import { MatcherEditor } from '#console/reports/matcher-list.tsx'
import type { RuleTree } from '#console/segments/tree.ts'
import type { Awaited, Definition, Happening } from '#operation/journeys/definition.ts'

const most = 10

type Kind = 'event' | 'task' | 'segment' | 'rule'

const kindOf = (one: Awaited): Kind => ('event' in one ? 'event' : 'task' in one ? 'task' : 'segment' in one ? 'segment' : 'rule')

/** Things that may happen to a person, any one of them. */
export function HappeningFields(props: { values: Happening[]; drawing: Definition; onChange: (values: Happening[]) => void }) {
  const isHappening = (one: Awaited): one is Happening => !('rule' in one)
  return (
    <Matchers
      {...props}
      kinds={['event', 'task', 'segment']}
      needed={false}
      onChange={(values) => props.onChange(values.filter(isHappening))}
    />
  )
}

/** What a step waits for: something that happens, or that a rule holds. */
export const AwaitedFields = (props: { values: Awaited[]; drawing: Definition; onChange: (values: Awaited[]) => void }) => (
  <Matchers {...props} kinds={['event', 'rule', 'task', 'segment']} needed />
)

interface MatchersProps {
  values: Awaited[]
  drawing: Definition
  kinds: Kind[]
  needed: boolean
  onChange: (values: Awaited[]) => void
}

function Matchers({ values, drawing, kinds, needed, onChange }: MatchersProps) {
  const { t } = useText()
  return (
    <div className="matchers">
      {values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same thing may stand twice, so one is its place
        <div key={index} className="matcher">
          <AwaitedField
            value={value}
            kinds={kinds}
            drawing={drawing}
            onRemove={needed && values.length === 1 ? undefined : () => onChange(values.filter((_one, at) => at !== index))}
            onChange={(next) => onChange(values.map((one, at) => (at === index ? next : one)))}
          />
        </div>
      ))}
      {values.length < most && (
        <Button icon={<PlusOutlined />} onClick={() => onChange([...values, freshHappening])}>
          {t('journeys.happening.add')}
        </Button>
      )}
    </div>
  )
}

function fresh(kind: Kind, drawing: Definition): Awaited {
  if (kind === 'rule') return { rule: { and: [] } }
  if (kind === 'task') return { task: firstTask(drawing) }
  return kind === 'event' ? freshHappening : { segment: '', moves: 'in' }
}

function AwaitedField(props: {
  value: Awaited
  kinds: Kind[]
  drawing: Definition
  onChange: (value: Awaited) => void
  onRemove: (() => void) | undefined
}) {
  const { t } = useText()
  const { value } = props
  const kind = kindOf(value)
  return (
    <>
      <div className="matcher-head">
        <span className="matcher-name">{t(`journeys.happening.kinds.${kind}`)}</span>
        {props.onRemove && (
          <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t('journeys.happening.remove')} onClick={props.onRemove} />
        )}
      </div>
      <ChoiceField
        name={t('journeys.happening.kind')}
        value={kind}
        options={props.kinds.map((one) => ({ value: one, label: t(`journeys.happening.kinds.${one}`) }))}
        onChange={(to) => props.onChange(fresh(to, props.drawing))}
      />
      {'event' in value && <MatcherEditor label={t('journeys.happening.event')} value={value} onChange={props.onChange} />}
      {'task' in value && <TaskEnd value={value} drawing={props.drawing} onChange={props.onChange} />}
      {'rule' in value && (
        <Field name={t('journeys.fields.rule')} hint={t('journeys.happening.ruleHint')}>
          <RuleField
            name={t('journeys.types.wait_for')}
            rule={(value.rule ?? { and: [] }) as RuleTree}
            onChange={(rule) => props.onChange({ rule })}
          />
        </Field>
      )}
      {'segment' in value && (
        <>
          <Field name={t('journeys.happening.segment')}>
            <SegmentPicker
              label={t('journeys.happening.segment')}
              value={value.segment}
              onChange={(segment) => props.onChange({ ...value, segment })}
            />
          </Field>
          <MovesField value={value.moves} onChange={(moves) => props.onChange({ ...value, moves })} />
        </>
      )}
    </>
  )
}

const firstTask = ({ steps }: Definition): string => steps.find(({ type }) => type === 'task')?.id ?? ''

export function MovesField(props: { value: 'in' | 'out'; onChange: (value: 'in' | 'out') => void }) {
  const { t } = useText()
  return (
    <ChoiceField
      name={t('journeys.happening.moves')}
      value={props.value}
      options={(['in', 'out'] as const).map((one) => ({ value: one, label: t(`journeys.happening.movesOf.${one}`) }))}
      onChange={props.onChange}
    />
  )
}

type TaskHappening = Extract<Happening, { task: string }>

function TaskEnd(props: { value: TaskHappening; drawing: Definition; onChange: (value: Happening) => void }) {
  const { t } = useText()
  const words = useStepWords(props.drawing)
  const { task, result } = props.value
  const tasks = props.drawing.steps.flatMap((step) => (step.type === 'task' ? [{ value: step.id, label: words.of(step) }] : []))
  return (
    <>
      <ChoiceField
        name={t('journeys.happening.task')}
        value={task}
        options={tasks}
        onChange={(to) => props.onChange({ ...props.value, task: to })}
      />
      <ChoiceField
        name={t('journeys.happening.result')}
        value={result ?? 'any'}
        options={(['any', 'done', 'skipped'] as const).map((one) => ({ value: one, label: t(`journeys.happening.results.${one}`) }))}
        onChange={(to) => props.onChange(to === 'any' ? { task } : { task, result: to })}
      />
    </>
  )
}
