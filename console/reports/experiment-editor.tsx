import { sideName } from '#console/experiments/side-name.ts'
import { useText } from '#console/i18n/i18n.ts'
import { listOf, type Matcher, matcherOf, numberOf, type Series, textOf } from '#console/reports/document.ts'
import type { EditorProps } from '#console/reports/editor.tsx'
import { ExperimentChoice, madeElsewhere, useChosen } from '#console/reports/experiment-choice.tsx'
import { ChoiceField, DatesField, Field, More, TextField, WholeField } from '#console/reports/fields.tsx'
import { MatcherEditor, MatcherList } from '#console/reports/matcher-list.tsx'
import { Measure } from '#console/reports/trend-editor.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { type Experiment, holdout } from '#operation/experiments/schema.ts'

const measures = ['converted', 'repeated', 'count'] as const
const confidences = ['0.9', '0.95', '0.99'] as const

/** Who met which variant, or who was held out of everything; what is compared; and how sure one wants to be. */
export function ExperimentEditor(props: EditorProps) {
  const { t } = useText()
  const { document, onChange } = props
  const trial = useChosen(document)
  const ofControlGroup = document.controlGroup === true
  return (
    <>
      <ChoiceField
        name={t('value.options.whoIsCompared')}
        value={ofControlGroup ? 'controlGroup' : 'exposure'}
        options={(['exposure', 'controlGroup'] as const).map((value) => ({ value, label: t(`value.options.compared.${value}`) }))}
        onChange={(value) => onChange(value === 'controlGroup' ? controlGroup(document) : anyTrial(document))}
      />
      {ofControlGroup ? (
        <DatesField {...props} />
      ) : (
        <>
          <Gate permission="experiments.read">
            <Field name={t('value.whichExperiment')} hint={t('value.whichExperimentHint')}>
              <ExperimentChoice document={document} onChange={onChange} />
            </Field>
          </Gate>
          {trial ? <ControlSide trial={trial} {...props} /> : <ByHand {...props} />}
        </>
      )}
      <Field name={t('value.metric')}>
        <MatcherList
          values={listOf<Series>(document.metrics)}
          onChange={(next) => onChange({ metrics: next.map((one, i) => ({ ...one, name: one.event || String(i + 1) })) })}
          name={(index) => String(index + 1)}
          add={t('value.addMetric')}
          fresh={{ event: '' }}
          most={20}
          extra={(value, set) => (
            <Measure value={value} plain={measures} sums={['sum']} onChange={(measure) => set({ ...value, measure })} />
          )}
        />
      </Field>
      {!ofControlGroup && <WholeField {...props} field="windowDays" name={t('value.windowDays')} usual={null} most={366} />}
      <More document={document} fields={['confidence', 'covariate', 'expected', 'plan']}>
        <ChoiceField
          name={t('value.options.confidence')}
          value={confidences.find((one) => Number(one) === document.confidence) ?? '0.95'}
          options={confidences.map((value) => ({ value, label: `${Number(value) * 100}%` }))}
          onChange={(value) => onChange({ confidence: value === '0.95' ? undefined : Number(value) })}
        />
        <Covariate {...props} />
        {!ofControlGroup && <Expected {...props} />}
        <Plan {...props} />
      </More>
    </>
  )
}

/** Of the company's own trial everything is known but which side the others are held against. */
function ControlSide({ trial, document, onChange }: EditorProps & { trial: Experiment }) {
  const { t } = useText()
  const keys = [...trial.variants.map(({ key }) => key), ...(trial.holdoutPerMille > 0 ? [holdout] : [])]
  return (
    <ChoiceField
      name={t('value.control')}
      value={textOf(document.control)}
      options={keys.map((value) => ({ value, label: sideName(trial, value, t) }))}
      onChange={(control) => onChange({ control })}
    />
  )
}

/** A trial made elsewhere: which event shows it to somebody, what names the side, and which side is the control. */
function ByHand({ document, onChange }: EditorProps) {
  const { t } = useText()
  const exposure = document.exposure as (Matcher & { variant?: string }) | undefined
  return (
    <>
      <Field name={t('value.exposure')}>
        <div className="matcher">
          <MatcherEditor
            label={t('value.exposure')}
            value={{ ...exposure, ...matcherOf(exposure) }}
            onChange={(next) => onChange({ exposure: next })}
          />
        </div>
      </Field>
      <TextField
        name={t('value.variantProperty')}
        value={textOf(exposure?.variant)}
        onChange={(variant) => onChange({ exposure: { ...exposure, variant: variant ?? 'variant' } })}
      />
      <TextField
        name={t('value.unseenControl')}
        value={textOf(document.control)}
        onChange={(control) => onChange({ control: control ?? 'A' })}
      />
    </>
  )
}

const controlGroup = ({ dateFrom, dateTo }: EditorProps['document']) => ({
  ...{ controlGroup: true, control: 'held_out', exposure: undefined, windowDays: undefined, expected: undefined, sequential: undefined },
  ...{ dateFrom, dateTo },
})

const anyTrial = (document: EditorProps['document']) => ({
  controlGroup: undefined,
  ...madeElsewhere,
  windowDays: numberOf(document.windowDays, 14),
})

/** What people did before explains part of what they do after: with it the same lift is found with fewer people (CUPED). */
function Covariate({ document, onChange }: EditorProps) {
  const { t } = useText()
  const said = document.covariate
  const before = typeof said === 'object' && said !== null ? (said as Series & { days?: number }) : undefined
  return (
    <>
      <ChoiceField
        name={t('value.options.covariate')}
        hint={t('value.options.covariateHint')}
        value={before ? 'before' : 'none'}
        options={(['none', 'before'] as const).map((value) => ({ value, label: t(`value.options.covariates.${value}`) }))}
        onChange={(value) => onChange({ covariate: value === 'none' ? undefined : { event: 'order.paid', measure: 'count', days: 28 } })}
      />
      {before && (
        <div className="matcher">
          <MatcherEditor
            label={t('value.options.covariate')}
            value={before}
            onChange={(covariate) => onChange({ covariate })}
            extra={
              <Measure
                value={before}
                plain={measures}
                sums={['sum']}
                onChange={(measure) => onChange({ covariate: { ...before, measure } })}
              />
            }
          />
          <WholeField
            document={{ type: document.type, days: before.days }}
            onChange={({ days }) => onChange({ covariate: { ...before, days: days ?? 28 } })}
            field="days"
            name={t('value.options.daysBefore')}
            usual={28}
            most={366}
          />
        </div>
      )}
    </>
  )
}

/** Shares that variants were dealt, as `A: 1, B: 2`; equal ones unless said. */
function Expected({ document, onChange }: EditorProps) {
  const { t } = useText()
  const shares = Object.entries((document.expected ?? {}) as Record<string, number>)
  return (
    <TextField
      name={t('value.options.expected')}
      hint={t('value.options.expectedHint')}
      placeholder="A: 1, B: 1"
      value={shares.map(([name, share]) => `${name}: ${share}`).join(', ')}
      onChange={(text) => onChange({ expected: sharesOf(text ?? '') })}
    />
  )
}

function sharesOf(text: string): Record<string, number> | undefined {
  const pairs = text
    .split(/[,，]/)
    .map((part) => /^(.+?)\s*[:：]\s*(\d+(?:\.\d+)?)$/.exec(part.trim()))
    .flatMap((found) => (found?.[1] && Number(found[2]) > 0 ? [[found[1], Number(found[2])] as const] : []))
  return pairs.length > 0 ? Object.fromEntries(pairs) : undefined
}

/** How many people are needed to find a lift of this size. */
function Plan({ document, onChange }: EditorProps) {
  const { t } = useText()
  const lift = (document.plan as { lift?: number } | undefined)?.lift
  const tell = (text: string | undefined) => {
    const next = Number(text ?? 0)
    onChange({ plan: Number.isFinite(next) && next > 0 ? { lift: next } : undefined })
  }
  return (
    <TextField
      name={t('value.options.plannedLift')}
      hint={t('value.options.plannedLiftHint')}
      placeholder="0.03"
      value={lift === undefined ? '' : String(lift)}
      onChange={tell}
    />
  )
}
