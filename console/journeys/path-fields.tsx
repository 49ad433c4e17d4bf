import { CloseOutlined, PlusOutlined } from '@ant-design/icons'
import { Button, Input, InputNumber } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { RuleField } from '#console/journeys/rule-field.tsx'
import type { StepFieldsProps } from '#console/journeys/step-form.tsx'
import { ConditionsEditor } from '#console/reports/conditions-editor.tsx'
import { ChoiceField, Field } from '#console/reports/fields.tsx'
import type { RuleTree } from '#console/segments/tree.ts'
import type { Definition, StepOf } from '#operation/journeys/definition.ts'

type BranchPath = StepOf<'branch'>['paths'][number]
type When = BranchPath['when']

const letterOf = (index: number): string => String.fromCharCode(65 + (index % 26))

export function BranchFields({ step, drawing, onChange }: StepFieldsProps<'branch'>) {
  const { t } = useText()
  const { paths } = step
  const keep = (next: BranchPath[]) => onChange({ ...step, paths: next })
  const fresh = { name: letterOf(paths.length), when: { rule: { and: [] } }, next: null }
  return (
    <Field name={t('journeys.fields.paths')}>
      <div className="matchers">
        {paths.map((path, index) => {
          const set = (change: Partial<BranchPath>) => keep(paths.map((one, at) => (at === index ? { ...one, ...change } : one)))
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: a path is its place
            <div key={index} className="matcher">
              <PathHead
                name={path.name}
                onName={(name) => set({ name })}
                onRemove={paths.length > 1 ? () => keep(without(paths, index)) : undefined}
              />
              <WhenFields when={path.when} name={path.name} drawing={drawing} onChange={(when) => set({ when })} />
            </div>
          )
        })}
        {paths.length < 20 && (
          <Button icon={<PlusOutlined />} onClick={() => keep([...paths, fresh])}>
            {t('journeys.fields.addPath')}
          </Button>
        )}
      </div>
    </Field>
  )
}

const without = <One,>(list: readonly One[], index: number): One[] => list.filter((_one, at) => at !== index)

function PathHead(props: { name: string; onName: (name: string) => void; onRemove: (() => void) | undefined; extra?: ReactNode }) {
  const { t } = useText()
  return (
    <div className="journey-path">
      <Input
        aria-label={t('journeys.fields.pathName')}
        placeholder={t('journeys.fields.pathName')}
        maxLength={60}
        value={props.name}
        onChange={(event) => props.onName(event.target.value)}
      />
      {props.extra}
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined />}
        disabled={!props.onRemove}
        aria-label={`${t('journeys.fields.removePath')} ${props.name}`}
        onClick={props.onRemove}
      />
    </div>
  )
}

type Kind = 'rule' | 'entry' | 'happened'
const kindOf = (when: When): Kind => ('rule' in when ? 'rule' : 'entry' in when ? 'entry' : 'happened')

function WhenFields(props: { when: When; name: string; drawing: Definition; onChange: (when: When) => void }) {
  const { t } = useText()
  const { when, drawing } = props
  const kind = kindOf(when)
  const fresh = (to: Kind): When => (to === 'rule' ? { rule: { and: [] } } : to === 'entry' ? { entry: {} } : { happened: {} })
  const filter = 'entry' in when ? when.entry : 'happened' in when ? when.happened : undefined
  return (
    <>
      <ChoiceField
        name={t('journeys.fields.when')}
        value={kind}
        options={(['rule', 'entry', 'happened'] as const).map((value) => ({ value, label: t(`journeys.fields.whens.${value}`) }))}
        onChange={(to) => props.onChange(fresh(to))}
      />
      {'rule' in when ? (
        <RuleField name={props.name} rule={(when.rule ?? { and: [] }) as RuleTree} onChange={(rule) => props.onChange({ rule })} />
      ) : (
        <ConditionsEditor
          label={props.name}
          events={kind === 'entry' ? entryEvents(drawing) : awaitedEvents(drawing)}
          where={isEmpty(filter) ? undefined : filter}
          onChange={(where) => props.onChange(kind === 'entry' ? { entry: where ?? {} } : { happened: where ?? {} })}
        />
      )}
    </>
  )
}

const isEmpty = (value: unknown): boolean => typeof value === 'object' && value !== null && Object.keys(value).length === 0
const entryEvents = ({ entry }: Definition): string[] => (entry.by === 'event' ? [entry.event] : [])
const awaitedEvents = ({ steps }: Definition): string[] =>
  steps.flatMap((step) => (step.type === 'wait_for' ? step.happens.flatMap((one) => ('event' in one ? [one.event] : [])) : []))

/** What was typed stays as it was typed; the step says what is wrong with it. */
const isShare = (weight: number): boolean => Number.isInteger(weight) && weight >= 1 && weight <= 100

export function SplitFields({ step, onChange }: StepFieldsProps<'split'>) {
  const { t } = useText()
  const { paths } = step
  const keep = (next: typeof paths) => onChange({ ...step, paths: next })
  const sum = paths.reduce((total, { weight }) => total + weight, 0)
  const isRight = paths.every(({ weight }) => isShare(weight))
  return (
    <Field name={t('journeys.fields.shares')}>
      <div className="matchers">
        {paths.map((path, index) => {
          const set = (change: Partial<typeof path>) => keep(paths.map((one, at) => (at === index ? { ...one, ...change } : one)))
          return (
            <PathHead
              // biome-ignore lint/suspicious/noArrayIndexKey: a path is its place
              key={index}
              name={path.name}
              onName={(name) => set({ name })}
              onRemove={paths.length > 1 ? () => keep(without(paths, index)) : undefined}
              extra={
                <InputNumber
                  aria-label={`${t('journeys.fields.share')} ${path.name}`}
                  status={isShare(path.weight) ? '' : 'error'}
                  suffix="%"
                  // Nothing typed is a share of nobody, and stays open to be typed.
                  value={path.weight === 0 ? null : path.weight}
                  onChange={(weight) => set({ weight: weight ?? 0 })}
                />
              }
            />
          )
        })}
        <div className="row between">
          <Button
            icon={<PlusOutlined />}
            disabled={paths.length >= 10}
            onClick={() => keep([...paths, { name: letterOf(paths.length), weight: Math.max(1, 100 - sum), next: null }])}
          >
            {t('journeys.fields.addPath')}
          </Button>
          <span className={isRight && sum === 100 ? 'note figure' : 'journey-wrong figure'} role="status">
            {isRight
              ? t(sum === 100 ? 'journeys.fields.shareSum' : 'journeys.fields.shareSumWrong', { sum })
              : t('journeys.fields.shareWrong')}
          </span>
        </div>
      </div>
    </Field>
  )
}
