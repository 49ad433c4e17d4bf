import { Alert, Select } from 'antd'
import { useState } from 'react'
import {
  differenceText,
  intervalText,
  isShare,
  liftText,
  powerText,
  pText,
  relativeText,
  type Unit,
  valueText,
} from '#console/experiments/figure.ts'
import { useSideName } from '#console/experiments/side-name.ts'
import { useText } from '#console/i18n/i18n.ts'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { Drill } from '#console/reports/result.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { currencySign, exactNumber } from '#console/ui/format.ts'
import { Row, Section, Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { Figures } from '#console/value/table.tsx'
import type { ReadOut, ReadOutEffect } from '#insight/experiments/schema.ts'
import type { Experiment, GuardRail } from '#operation/experiments/schema.ts'

const tones = {
  ratio_off: 'bad',
  early: 'quiet',
  going_on: 'waiting',
  left_open: 'quiet',
  better: 'good',
  worse: 'bad',
  nothing_found: 'quiet',
} as const
const alerts = {
  ratio_off: 'error',
  early: 'info',
  going_on: 'info',
  left_open: 'info',
  better: 'success',
  worse: 'error',
  nothing_found: 'info',
} as const

export function ReadOutView({ experiment, found }: { experiment: Experiment; found: ReadOut }) {
  const { t } = useText()
  const { effects, excluded } = found
  return (
    <>
      <Verdicts experiment={experiment} found={found} />
      <Heads found={found} />
      {effects.length === 0 ? (
        <Section>
          <Empty
            title={t('experiments.noResult')}
            hint={t(found.sides.some(({ persons }) => persons > 0) ? 'experiments.noControlYet' : 'experiments.noResultHint')}
          />
        </Section>
      ) : (
        <>
          <Effects experiment={experiment} effects={effects} />
          <OverTime experiment={experiment} effects={effects} />
        </>
      )}
      <Sides experiment={experiment} found={found} />
      {excluded > 0 && <p className="note">{t('experiments.excluded', { count: exactNumber(excluded) })}</p>}
    </>
  )
}

const measureOf = ({ trialMetric, growthMetric, guardRails }: Experiment, { role, name }: ReadOutEffect): string =>
  role === 'trial'
    ? trialMetric.measure
    : role === 'growth'
      ? growthMetric.measure
      : (guardRails.find((one: GuardRail) => one.name === name)?.measure ?? 'converted')

/** What a finding is of; in which currency, the finding itself says. */
export const unitOf = (experiment: Experiment, effect: ReadOutEffect): Unit => ({
  measure: measureOf(experiment, effect),
  currency: effect.currency,
})

/** The verdicts of the day in words; where several variants come to the same, once. */
export function Verdicts({ experiment, found: { ratio, effects } }: { experiment: Experiment; found: ReadOut }) {
  const { t } = useText()
  const nameOf = useSideName(experiment)
  const said = effects.flatMap((effect) => {
    const { role, sequential, lift, name, variant } = effect
    const verdict = sayable(experiment, effect)
    if (role !== 'trial' || verdict === 'ratio_off') return []
    const facts = {
      metric: name,
      variant: nameOf(variant),
      lift: differenceText(lift ?? 0, unitOf(experiment, effect), ` ${t('experiments.points')}`),
      direction: t((lift ?? 0) > 0 ? 'experiments.higher' : 'experiments.lower'),
      day: sequential?.decidedOn ?? '',
    }
    return [[t(`experiments.sentences.${verdict}`, facts), alerts[verdict]] as const]
  })
  return (
    <>
      {!ratio.ok && <Alert type="error" showIcon title={t('experiments.ratioOff', { p: (ratio.p ?? 0).toPrecision(2) })} />}
      {[...new Map(said)].map(([title, type]) => (
        <Alert key={title} type={type} showIcon title={title} />
      ))}
    </>
  )
}

/** Nobody watches any more what was stopped. */
const sayable = ({ state }: Experiment, { verdict }: ReadOutEffect) =>
  verdict === 'going_on' && state !== 'draft' && state !== 'running' ? 'left_open' : verdict

export const VerdictBadge = ({ experiment, effect }: { experiment: Experiment; effect: ReadOutEffect }) => {
  const { t } = useText()
  const verdict = sayable(experiment, effect)
  return <Badge tone={tones[verdict]}>{t(`experiments.verdicts.${verdict}`)}</Badge>
}

function Heads({ found }: { found: ReadOut }) {
  const { t } = useText()
  const persons = found.sides.reduce((sum, one) => sum + one.persons, 0)
  const open = found.sides.reduce((sum, one) => sum + one.open, 0)
  const { people } = found.needed
  return (
    <Section>
      <Stats>
        <Stat name={t('experiments.exposed')} value={exactNumber(persons)} />
        <Stat name={t('experiments.windowOver')} value={exactNumber(persons - open)} />
        <Stat name={t('experiments.neededPeople')} value={people === null ? '—' : exactNumber(people)} />
        <Stat name={t('experiments.progress')} value={people ? `${Math.min(100, Math.floor(((persons - open) / people) * 100))}%` : '—'} />
      </Stats>
    </Section>
  )
}

function Effects({ experiment, effects }: { experiment: Experiment; effects: readonly ReadOutEffect[] }) {
  const { t } = useText()
  const nameOf = useSideName(experiment)
  const roles = { trial: 'experiments.trialMetric', growth: 'experiments.growthMetric', guard: 'experiments.guardRail' } as const
  const value = (effect: ReadOutEffect, figure: number | null) => valueText(figure, unitOf(experiment, effect))
  const lift = (effect: ReadOutEffect, figure: number | null) => liftText(figure, unitOf(experiment, effect))
  return (
    <Section flush title={t('experiments.effects')} note={t('experiments.effectsNote')}>
      <Figures
        rows={effects}
        keyOf={({ role, name, variant }) => `${role} ${name} ${variant}`}
        columns={[
          {
            title: t('experiments.metric'),
            cell: ({ role, name }) => (
              <>
                {name} <span className="note">{t(roles[role])}</span>
              </>
            ),
          },
          { title: t('experiments.side'), cell: ({ variant }) => nameOf(variant) },
          { title: t('experiments.verdict'), cell: (effect) => <VerdictBadge experiment={experiment} effect={effect} /> },
          { title: t('experiments.controlValue'), right: true, cell: (effect) => value(effect, effect.control) },
          { title: t('experiments.treatmentValue'), right: true, cell: (effect) => value(effect, effect.treatment) },
          {
            title: t('experiments.effect'),
            right: true,
            cell: (effect) => `${lift(effect, effect.lift)}${relativeText(effect.relativeLift)}`,
          },
          { title: t('experiments.interval'), right: true, cell: (effect) => intervalText(effect, unitOf(experiment, effect)) },
          { title: t('experiments.p'), right: true, cell: ({ p }) => pText(p) },
          { title: t('experiments.power'), right: true, cell: ({ power }) => powerText(power) },
          {
            title: t('experiments.cuped'),
            right: true,
            cell: (effect) =>
              effect.cuped?.lift == null
                ? '—'
                : t('experiments.cupedCell', {
                    lift: lift(effect, effect.cuped.lift),
                    reduction: Math.round((effect.cuped.varianceReduction ?? 0) * 100),
                  }),
          },
        ]}
      />
    </Section>
  )
}

function OverTime({ experiment, effects }: { experiment: Experiment; effects: readonly ReadOutEffect[] }) {
  const { t } = useText()
  const nameOf = useSideName(experiment)
  const [place, setPlace] = useState(0)
  const effect = effects[place] ?? effects[0]
  const looks = effect?.sequential?.looks ?? []
  if (!effect || looks.length === 0) return null
  const unit = unitOf(experiment, effect)
  const figure = (value: number | null) => (value === null ? null : isShare(unit) ? value * 100 : value)
  const options = effects.map(({ name, variant }, value) => ({ value, label: `${name} · ${nameOf(variant)}` }))
  return (
    <Section>
      <Stack>
        <Select
          className="filter-choice"
          aria-label={t('experiments.metric')}
          value={place}
          onChange={setPlace}
          options={options}
          popupMatchSelectWidth={false}
        />
        <Chart
          title={t('experiments.overTime')}
          unit={isShare(unit) ? t('experiments.points') : unit.currency ? currencySign(unit.currency) : ''}
          note={t('experiments.overTimeNote')}
          data={{
            kind: 'line',
            labels: looks.map(({ day }) => day),
            format: (value) => String(Number(value.toPrecision(3))),
            series: [
              { name: t('experiments.effect'), values: looks.map(({ lift }) => figure(lift)), color: 0 },
              { name: t('experiments.low'), values: looks.map(({ low }) => figure(low)), compare: true, color: 1 },
              { name: t('experiments.high'), values: looks.map(({ high }) => figure(high)), compare: true, color: 1 },
            ],
          }}
        />
      </Stack>
    </Section>
  )
}

function Sides({ experiment, found }: { experiment: Experiment; found: ReadOut }) {
  const { t } = useText()
  const nameOf = useSideName(experiment)
  const [drill, setDrill] = useState<Drill>()
  const all = found.sides.reduce((sum, { persons }) => sum + persons, 0)
  // Before there is anything to compare, sides are counted as written down, and the report knows nobody.
  const isReported = found.effects.length > 0
  const open = (variant: string) =>
    setDrill({ title: nameOf(variant), report: { ...found.report, type: 'experiment', persons: { variant } } })
  return (
    <Section flush title={t('experiments.sides')} note={t('experiments.sidesNote')}>
      <Figures
        rows={found.sides}
        keyOf={({ key }) => key}
        columns={[
          {
            title: t('experiments.side'),
            cell: ({ key }) => (
              <Row>
                <span>{nameOf(key)}</span>
                {key === experiment.control && <Badge tone="quiet">{t('experiments.control')}</Badge>}
              </Row>
            ),
          },
          { title: t('experiments.wanted'), right: true, cell: ({ share }) => `${(share * 100).toFixed(1)}%` },
          {
            title: t('experiments.actual'),
            right: true,
            cell: ({ persons }) => (all === 0 ? '—' : `${((persons / all) * 100).toFixed(1)}%`),
          },
          {
            title: t('experiments.persons'),
            right: true,
            cell: ({ key, persons }) => (isReported ? <PeopleNumber value={persons} onClick={() => open(key)} /> : exactNumber(persons)),
          },
          { title: t('experiments.open'), right: true, cell: ({ open }) => exactNumber(open) },
        ]}
      />
      {drill && <PeopleDrawer asked={drill} onClose={() => setDrill(undefined)} />}
    </Section>
  )
}
