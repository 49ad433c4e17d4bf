import { Alert, Select } from 'antd'
import { useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { intervalText, liftText, pText, relativeText, valueText } from '#console/experiments/figure.ts'
import { useControlReadOut } from '#console/experiments/queries.ts'
import { Significance } from '#console/experiments/significance.tsx'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import { usePlan } from '#console/reports/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Dates } from '#console/ui/filter-bar.tsx'
import { dayOf, daysAfter, daysBefore, exactNumber, todayIn } from '#console/ui/format.ts'
import { Row, Section, Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Figures } from '#console/value/table.tsx'
import { type ControlReadOut, controlMetrics } from '#insight/experiments/schema.ts'
import type { ControlGroup } from '#operation/experiments/schema.ts'

/** What operation as a whole brought: everybody against those whom it leaves alone. */
export function ControlReadOutView({ group }: { group: ControlGroup }) {
  const { t } = useText()
  const { timezone } = useTenant()
  const plan = usePlan().data?.items ?? []
  const title = useEventTitle()
  const today = todayIn(timezone)
  // The day on which the group began was begun without it.
  const first = group.since === null ? today : daysAfter(dayOf(group.since, timezone), 1)
  const from = [first, daysBefore(today, 29)].toSorted()[1] ?? first
  const [span, setSpan] = useState({ from, to: today })
  const [events, setEvents] = useState<string[]>([])
  const [drill, setDrill] = useState<Drill>()
  const isEarly = span.from > today
  const read = useControlReadOut({ ...span, events: events.join(',') }, !isEarly)
  return (
    <Section title={t('experiments.controlGroup.brought')} note={t('experiments.controlGroup.broughtNote')}>
      <Stack>
        <search className="filters">
          <Dates
            label={t('experiments.controlGroup.period')}
            required
            from={span.from}
            to={span.to}
            onChange={(from, to) => from && to && setSpan({ from, to })}
          />
          <Select
            mode="multiple"
            className="filter-choice"
            style={{ minWidth: 180 }}
            aria-label={t('experiments.controlGroup.moreEvents')}
            placeholder={t('experiments.controlGroup.moreEvents')}
            maxCount={10}
            popupMatchSelectWidth={false}
            showSearch={{ optionFilterProp: 'label' }}
            value={events}
            options={plan.map(({ name }) => ({ value: name, label: title(name) }))}
            onChange={setEvents}
          />
        </search>
        {isEarly ? (
          <p className="note">{t('experiments.controlGroup.tomorrow')}</p>
        ) : (
          <Awaited read={read}>{(found) => <Found found={found} drill={setDrill} />}</Awaited>
        )}
      </Stack>
      {drill && <PeopleDrawer asked={drill} onClose={() => setDrill(undefined)} />}
    </Section>
  )
}

type Effect = ControlReadOut['effects'][number]

function Found({ found, drill }: { found: ControlReadOut; drill: (drill: Drill) => void }) {
  const { t } = useText()
  const title = useEventTitle()
  const { heldOut, others, mixed, ratio, effects, report } = found
  const nameOf = ({ metric }: Effect) => metricName(metric, t) ?? title(metric)
  const unitOf = ({ share, currency }: Effect) => ({ measure: share ? 'converted' : 'sum', currency })
  const value = (effect: Effect, figure: number | null) => valueText(figure, unitOf(effect))
  const lift = (effect: Effect, figure: number | null) => liftText(figure, unitOf(effect))
  /** Of a share, those who have it can be looked at. */
  const cell = (effect: Effect, side: 'held_out' | 'others', figure: number | null) => {
    if (!effect.share || !figure) return value(effect, figure)
    const sideName = t(`experiments.controlGroup.sides.${side}`)
    const asked = { ...report, type: 'experiment' as const, persons: { variant: side, metric: effects.indexOf(effect) } }
    return (
      <button type="button" className="number-button" onClick={() => drill({ title: `${nameOf(effect)} · ${sideName}`, report: asked })}>
        {value(effect, figure)}
      </button>
    )
  }
  return (
    <Stack>
      {!ratio.ok && <Alert type="error" showIcon title={t('experiments.ratioOff', { p: (ratio.p ?? 0).toPrecision(2) })} />}
      <Stats>
        <Stat name={t('experiments.controlGroup.sides.held_out')} value={exactNumber(heldOut)} />
        <Stat name={t('experiments.controlGroup.sides.others')} value={exactNumber(others)} />
        <Stat name={t('experiments.controlGroup.ratio')} value={ratio.p === null ? '—' : `p ${pText(ratio.p)}`} />
      </Stats>
      <Figures
        rows={effects}
        keyOf={({ metric }) => metric}
        columns={[
          { title: t('experiments.metric'), cell: nameOf },
          { title: t('experiments.controlGroup.sides.held_out'), right: true, cell: (effect) => cell(effect, 'held_out', effect.control) },
          { title: t('experiments.controlGroup.sides.others'), right: true, cell: (effect) => cell(effect, 'others', effect.treatment) },
          {
            title: t('experiments.effect'),
            right: true,
            cell: (effect) => `${lift(effect, effect.lift)}${relativeText(effect.relativeLift)}`,
          },
          {
            title: t('experiments.interval'),
            right: true,
            cell: (effect) => intervalText(effect, unitOf(effect)),
          },
          { title: t('experiments.p'), right: true, cell: ({ p }) => pText(p) },
          { title: '', cell: ({ p }) => ratio.ok && <Significance p={p} /> },
        ]}
      />
      {mixed > 0 && (
        <Row>
          <span className="note">{t('experiments.controlGroup.mixed', { count: exactNumber(mixed) })}</span>
        </Row>
      )}
    </Stack>
  )
}

function metricName(metric: string, t: Translate): string | undefined {
  const known = controlMetrics.find((one) => one === metric)
  return known && t(`experiments.controlGroup.metrics.${known}`)
}
