import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import { type Counts, type Passage, passages, type Step, steps, weakest } from '#console/overview/loop-steps.ts'
import { Count } from '#console/ui/count.tsx'
import { percent, shortNumber } from '#console/ui/format.ts'
import { Change } from '#console/ui/stat.tsx'

/** The days looked at; absent for those who may not ask further. */
type Span = { from: string; to: string }

const height = 96
const stageWidth = 300

/**
 * The loop as a stream: its width at each stage is the people still in it, and the passage that needs help is amber and says
 * why. Square-root scale, because the last stages would otherwise be a hair.
 */
export function LoopDrawing(props: { now: Counts; before: Counts | undefined; span?: Span | undefined; onPick: (step: Step) => void }) {
  const { t, language } = useText()
  const all = passages(props.now, props.before)
  const weak = weakest(all)
  const isMore = (step: Step) => props.now[step] > (props.now[steps[steps.indexOf(step) - 1] ?? step] ?? 0)
  return (
    <div className="loop">
      {steps.map((step) => (
        <div key={step} className={`loop-stage ${step}`}>
          <span className="stat-name">{t(`overview.${step}`)}</span>
          <span className="stat-value">
            <button
              type="button"
              className="number-button"
              aria-label={`${t(`overview.${step}`)} ${shortNumber(props.now[step], language)}`}
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
          <Rate
            passage={all.find((passage) => passage.to === step)}
            weak={weak?.to === step}
            place="inside"
            more={isMore(step)}
            span={props.span}
          />
        </div>
      ))}
      <Stream now={props.now} weak={weak} />
      <div className="loop-rate beside">
        <span>
          {t('overview.whole')} <strong className="figure">{percent(props.now.ordered, props.now.scans)}</strong>
        </span>
      </div>
      {all.map((passage) => (
        <Rate key={passage.to} passage={passage} weak={weak === passage} place="beside" more={isMore(passage.to)} span={props.span} />
      ))}
    </div>
  )
}

function Rate(props: { passage: Passage | undefined; weak: boolean; place: 'inside' | 'beside'; more: boolean; span: Span | undefined }) {
  const { t } = useText()
  const { passage, weak, place } = props
  if (!passage) return null
  const { rate, rateBefore } = passage
  return (
    <div className={`loop-rate ${place}${weak ? ' weak' : ''}`}>
      {weak && <span className="flag">{t('overview.weakest')}</span>}
      <span>
        {t(`overview.to.${passage.to}`)} <strong className="figure">{rate === null ? '—' : percent(rate, 1)}</strong>
      </span>
      {rate !== null && rateBefore !== null && (
        <span>
          {t('overview.against')} <Change now={rate} before={rateBefore} rate />
        </span>
      )}
      {props.more && <span>{t('overview.moreThanBefore')}</span>}
      {weak && (rate === null || rateBefore === null) && <span>{t('overview.lowest')}</span>}
      {props.span && <WhoFellOut to={passage.to} span={props.span} />}
    </div>
  )
}

/** Scans have no names, so those are told apart by code; later steps are a funnel whose losses are people. */
function WhoFellOut({ to, span }: { to: Passage['to']; span: Span }) {
  const { t } = useText()
  if (to === 'adds') return <Link to="/live-codes">{t('overview.whereLost')}</Link>
  const steps = to === 'tagged' ? ['customer.followed', 'customer.tagged'] : ['customer.tagged', 'order.paid']
  const report = {
    type: 'funnel',
    dateFrom: span.from,
    dateTo: span.to,
    steps: steps.map((event) => ({ event })),
    // Long enough to buy, short enough that most of the days looked at are decided.
    window: { value: 7, unit: 'day' },
    order: 'ordered',
  }
  return (
    <Link to="/reports/$reportId" params={{ reportId: 'new' }} search={{ type: 'funnel', report: JSON.stringify(report) }}>
      {t('overview.whoLost')}
    </Link>
  )
}

function Stream({ now, weak }: { now: Counts; weak: Passage | undefined }) {
  const most = Math.max(1, ...steps.map((step) => now[step]))
  const halves = steps.map((step) => Math.max(now[step] > 0 ? 1.5 : 0.5, (Math.sqrt(now[step] / most) * (height - 8)) / 2))
  const narrowing = steps.findIndex((_step, index) => weak !== undefined && steps[index + 1] === weak.to)
  return (
    <svg className="loop-flow" viewBox={`0 0 ${stageWidth * 4} ${height}`} preserveAspectRatio="none" aria-hidden="true">
      <title>·</title>
      <defs>
        <linearGradient id="loop-stream">
          {[0.34, 0.5, 0.66, 0.82, 0.95].map((opacity, index) => (
            <stop key={opacity} offset={index / 4} stopOpacity={opacity} className={index === narrowing ? 'weak' : ''} />
          ))}
        </linearGradient>
      </defs>
      <path fill="url(#loop-stream)" d={outline(halves)} />
    </svg>
  )
}

/** The upper edge from left to right and the lower edge back, each stage bending into the next. */
function outline(halves: number[]): string {
  const middle = height / 2
  const ends = [...halves, halves.at(-1) ?? 0]
  const there = ends.slice(1).map((half, index) => {
    const left = index * stageWidth
    const bend = left + stageWidth * 0.55
    return `C${bend} ${middle - (ends[index] ?? 0)} ${bend} ${middle - half} ${left + stageWidth} ${middle - half}`
  })
  const back = halves
    .map((half, index) => {
      const left = index * stageWidth
      const bend = left + stageWidth * 0.55
      return `C${bend} ${middle + (ends[index + 1] ?? 0)} ${bend} ${middle + half} ${left} ${middle + half}`
    })
    .reverse()
  return `M0 ${middle - (ends[0] ?? 0)} ${there.join(' ')} V${middle + (ends.at(-1) ?? 0)} ${back.join(' ')} Z`
}
