import { useText } from '#console/i18n/i18n.ts'
import { type Counts, type Passage, passages, type Step, steps, weakest } from '#console/overview/loop-steps.ts'
import { Count } from '#console/ui/count.tsx'
import { percent, shortNumber } from '#console/ui/format.ts'
import { Change } from '#console/ui/stat.tsx'

const height = 96
const stageWidth = 300

/**
 * The loop as a stream: its width at each stage is the people still in it, and the passage that needs help is amber and says
 * why. Square-root scale, because the last stages would otherwise be a hair.
 */
export function LoopDrawing(props: { now: Counts; before: Counts | undefined; onPick: (step: Step) => void }) {
  const { t, language } = useText()
  const all = passages(props.now, props.before)
  const weak = weakest(all)
  return (
    <div className="loop">
      {steps.map((step) => (
        <div key={step} className={`loop-stage ${step}`}>
          <span className="stat-name">{t(`overview.${step}`)}</span>
          <span className="stat-value">
            <button
              type="button"
              className="number-button"
              aria-label={`${t(`overview.${step}`)} ${props.now[step]}`}
              title={t('overview.showPeople', { step: t(`overview.${step}`) })}
              onClick={() => props.onPick(step)}
            >
              <Count value={props.now[step]} />
            </button>
          </span>
          {props.before && (
            <span className="note">
              <Change now={props.now[step]} before={props.before[step]} />{' '}
              {t('overview.before', { value: shortNumber(props.before[step], language) })}
            </span>
          )}
          <Rate passage={all.find((passage) => passage.to === step)} weak={weak?.to === step} place="inside" />
        </div>
      ))}
      <Stream now={props.now} weak={weak} />
      <span className="loop-rate beside" />
      {all.map((passage) => (
        <Rate key={passage.to} passage={passage} weak={weak === passage} place="beside" />
      ))}
    </div>
  )
}

function Rate({ passage, weak, place }: { passage: Passage | undefined; weak: boolean; place: 'inside' | 'beside' }) {
  const { t } = useText()
  if (!passage) return null
  const { rate, rateBefore } = passage
  const change = rate === null || rateBefore === null ? null : (rate - rateBefore) * 100
  const points = change === null ? '' : Math.abs(change).toFixed(1)
  return (
    <div className={`loop-rate ${place}${weak ? ' weak' : ''}`}>
      {weak && <span className="flag">{t('overview.weakest')}</span>}
      <span>
        {t(`overview.to.${passage.to}`)} <strong className="figure">{rate === null ? '—' : percent(rate, 1)}</strong>
      </span>
      {change !== null && Math.abs(change) >= 0.05 && <span>{t(change < 0 ? 'overview.fell' : 'overview.rose', { points })}</span>}
      {weak && change === null && <span>{t('overview.lowest')}</span>}
    </div>
  )
}

function Stream({ now, weak }: { now: Counts; weak: Passage | undefined }) {
  const most = Math.max(1, ...steps.map((step) => now[step]))
  const halves = steps.map((step) => Math.max(now[step] > 0 ? 1.5 : 0.5, (Math.sqrt(now[step] / most) * (height - 12)) / 2))
  const middle = height / 2
  return (
    <svg className="loop-flow" viewBox={`0 0 ${stageWidth * 4} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <title>·</title>
      {steps.map((step, index) => {
        const here = halves[index] ?? 0
        const next = halves[index + 1] ?? here
        const left = index * stageWidth
        const right = left + stageWidth
        const bend = left + stageWidth * 0.55
        const narrowing = index < 3 && weak !== undefined && steps[index + 1] === weak.to
        return (
          <path
            key={step}
            className={narrowing ? 'loop-band weak' : 'loop-band'}
            opacity={0.28 + index * 0.2}
            d={`M${left} ${middle - here} C${bend} ${middle - here} ${bend} ${middle - next} ${right} ${middle - next} V${middle + next} C${bend} ${middle + next} ${bend} ${middle + here} ${left} ${middle + here} Z`}
          />
        )
      })}
    </svg>
  )
}
