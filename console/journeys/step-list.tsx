import { PlusOutlined } from '@ant-design/icons'
import { Button, Dropdown } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import type { DrawingProps } from '#console/journeys/canvas.tsx'
import { kinds, stepOf } from '#console/journeys/drawing.ts'
import { placed } from '#console/journeys/layout.ts'
import { stepIcons } from '#console/journeys/step-icons.tsx'
import { UndoButtons } from '#console/journeys/undo-buttons.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { type Step, waysOf } from '#operation/journeys/definition.ts'

/** The drawing where there is no room to draw: its steps from top to bottom, each with where it leads. */
export function StepList(props: DrawingProps) {
  const { t } = useText()
  const steps = placed(props.drawing).steps.toSorted(
    (one, other) => (one.at?.y ?? 0) - (other.at?.y ?? 0) || (one.at?.x ?? 0) - (other.at?.x ?? 0),
  )
  return (
    <>
      {steps.length === 0 ? (
        <Empty title={t('journeys.noSteps')} hint={t('journeys.noStepsHintPhone')} />
      ) : (
        <ol className="journey-steps" aria-label={t('journeys.steps')}>
          {steps.map((step) => (
            <li key={step.id}>
              <StepRow step={step} {...props} />
            </li>
          ))}
        </ol>
      )}
      {!props.readOnly && (
        <div className="row">
          <AddStep onAdd={props.onAdd} />
          <UndoButtons {...props.undo} />
        </div>
      )}
    </>
  )
}

function StepRow({ step, ...props }: DrawingProps & { step: Step }) {
  const { t } = useText()
  const Icon = stepIcons[step.type]
  const count = props.counts?.steps.find((one) => one.step === step.id)
  const ways = waysOf(step)
  const nameOf = (id: string | null) => {
    const to = stepOf(props.drawing, id)
    return to ? props.words.of(to) : t('journeys.finishes')
  }
  return (
    <>
      <div className={`journey-row${props.marked.has(step.id) ? ' marked' : ''}`}>
        <span className="journey-row-icon">
          <Icon aria-hidden="true" />
        </span>
        <button type="button" className="opener journey-row-text" onClick={() => props.onChoose(step.id)}>
          <span className="note">
            {t(`journeys.types.${step.type}`)}
            {props.tried.has(step.id) && ` · ${t('journeys.trialHere')}`}
          </span>
          <span className="wraps">{props.words.of(step)}</span>
        </button>
        {count !== undefined && count.waiting > 0 && (
          <Button size="small" disabled={false} onClick={() => props.onPeople(step.id)}>
            {t('journeys.waiting', { count: exactNumber(count.waiting) })}
          </Button>
        )}
      </div>
      {ways.length > 1 && (
        <ul className="journey-row-ways">
          {ways.map(({ way, to }) => (
            <li key={way} className="note">
              {props.words.way(step, way)} → {nameOf(to)}
              {count?.ways[way] ? ` · ${t('journeys.passed', { count: exactNumber(count.ways[way]) })}` : ''}
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function AddStep({ onAdd }: { onAdd: (type: Step['type']) => void }) {
  const { t } = useText()
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: kinds.map(({ kind, types }) => ({
          key: kind,
          type: 'group' as const,
          label: t(`journeys.kinds.${kind}`),
          children: types.map((type) => ({ key: type as string, label: t(`journeys.types.${type}`) })),
        })),
        onClick: ({ key }) => onAdd(key as Step['type']),
      }}
    >
      <Button icon={<PlusOutlined />}>{t('journeys.addStep')}</Button>
    </Dropdown>
  )
}
