import { Link } from '@tanstack/react-router'
import { useMay } from '#console/api/session.ts'
import { intervalText, liftText, relativeText } from '#console/experiments/figure.ts'
import { isAgainstNothing, trialsToShow } from '#console/experiments/on-thing.ts'
import { useControlGroup, useReadOut, useTrialsRead } from '#console/experiments/queries.ts'
import { unitOf, VerdictBadge, Verdicts } from '#console/experiments/read-out.tsx'
import { useSideName } from '#console/experiments/side-name.ts'
import { TrialLines } from '#console/experiments/trial-lines.tsx'
import { TryJourneyLink, TryLink } from '#console/experiments/try-link.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { Facts, Row, Stack } from '#console/ui/page.tsx'
import type { ReadOut } from '#insight/experiments/schema.ts'
import type { Experiment } from '#operation/experiments/schema.ts'

type Of = 'messages' | 'journeys'

/** What a message or a journey caused, as far as a trial dealt people for it; beside its effect, which is what came after. */
export function Lift({ of, id }: { of: Of; id: string }) {
  const { t } = useText()
  const may = useMay()('experiments.read')
  const read = useTrialsRead(id, may)
  // What was found stays true when a trial is put away.
  const away = useTrialsRead(id, may, 'away')
  if (!may) return null
  return (
    <Stack>
      <h3>{t('experiments.caused.title')}</h3>
      <Awaited read={read} rows={2}>
        {({ items }) => (
          <Awaited read={away} rows={2}>
            {(more) => <Trials of={of} id={id} trials={[...items, ...more.items]} />}
          </Awaited>
        )}
      </Awaited>
      <LeftAlone />
    </Stack>
  )
}

function Trials({ of, id, trials }: { of: Of; id: string; trials: readonly Experiment[] }) {
  const { found, named } = trialsToShow(trials)
  return (
    <>
      {found.length === 0 && <NoTrial of={of} id={id} />}
      {found.map((trial) => (
        <Headline key={trial.id} trial={trial} />
      ))}
      <TrialLines trials={named} />
    </>
  )
}

/** Nobody can be left out of what was said already, so it is the next one that is tried. */
function NoTrial({ of, id }: { of: Of; id: string }) {
  const { t } = useText()
  return (
    <p className="note">
      {t(`experiments.caused.none.${of}`)} {of === 'journeys' ? <TryJourneyLink id={id} /> : <TryLink kind="message" />}
    </p>
  )
}

function Headline({ trial }: { trial: Experiment }) {
  const { t } = useText()
  const read = useReadOut(trial.id, trial.state === 'running')
  return (
    <Stack>
      <TrialLines trials={[trial]} />
      {trial.thing?.step != null && <p className="note">{t('experiments.caused.ofStep')}</p>}
      {!isAgainstNothing(trial) && <p className="note">{t('experiments.caused.betweenWays')}</p>}
      <Awaited read={read} rows={2}>
        {(found) => <Found trial={trial} found={found} />}
      </Awaited>
    </Stack>
  )
}

/** The trial's own read-out without its guard rails, which are looked after on its page. */
function Found({ trial, found }: { trial: Experiment; found: ReadOut }) {
  const { t } = useText()
  const nameOf = useSideName(trial)
  // Of one treatment nobody asks which.
  const sideOf = (variant: string) => (found.sides.length > 2 ? nameOf(variant) : '')
  const effects = found.effects.filter(({ role }) => role !== 'guard')
  if (effects.length === 0)
    return (
      <p className="note">{t(found.sides.some(({ persons }) => persons > 0) ? 'experiments.noControlYet' : 'experiments.noResultHint')}</p>
    )
  return (
    <>
      <Verdicts experiment={trial} found={found} />
      <Facts
        items={effects.map((effect) => {
          const unit = unitOf(trial, effect)
          return {
            name: [t(`experiments.${effect.role === 'trial' ? 'trialMetric' : 'growthMetric'}`), effect.name, sideOf(effect.variant)]
              .filter(Boolean)
              .join(' · '),
            value: (
              <Row>
                <strong className="figure">{liftText(effect.lift, unit) + relativeText(effect.relativeLift)}</strong>
                <span className="note figure">
                  {t('experiments.interval')} {intervalText(effect, unit)}
                </span>
                <VerdictBadge experiment={trial} effect={effect} />
              </Row>
            ),
          }
        })}
      />
      <p className="note">{t('experiments.caused.asDealt')}</p>
    </>
  )
}

/** The company-wide control group is left out of this too; what that comes to is said of everything together. */
function LeftAlone() {
  const { t } = useText()
  const perMille = useControlGroup().data?.perMille ?? 0
  if (perMille === 0) return null
  return (
    <p className="note">
      {t('experiments.caused.leftAlone', { share: `${perMille / 10}%` })}{' '}
      <Link to="/experiments" search={{ view: 'control' }}>
        {t('experiments.caused.toControl')}
      </Link>
    </p>
  )
}
