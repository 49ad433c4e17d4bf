import { Alert } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { type Brought, type Met, metIn } from '#console/journeys/brought.ts'
import { BroughtFields } from '#console/journeys/brought-fields.tsx'
import { HappensChoice } from '#console/journeys/happens-choice.tsx'
import { reasonWords } from '#console/journeys/people.tsx'
import { useSimulation } from '#console/journeys/queries.ts'
import { SegmentPicker } from '#console/journeys/small-fields.tsx'
import { type StepWords, useStepWords } from '#console/journeys/words.ts'
import { Field } from '#console/reports/fields.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Chart } from '#console/ui/chart.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { type Definition, waysOf } from '#operation/journeys/definition.ts'
import type { Simulation } from '#operation/journeys/schema.ts'

/** A segment's ways through the drawing as it is now. */
export function SimulateView({ drawing, journey }: { drawing: Definition; journey: string }) {
  const { t } = useText()
  const words = useStepWords(drawing)
  // Who comes in by a segment is who it is drawn for.
  const [segment, setSegment] = useState(() => ('segment' in drawing.entry ? drawing.entry.segment || undefined : undefined))
  const [happens, setHappens] = useState<Met>({})
  const [entry, setEntry] = useState<Brought>({})
  const run = useSimulation({ draft: drawing, journey, segment, happens: metIn(drawing, happens), entry })
  return (
    <Stack>
      <p className="note">{t('journeys.simulateNote')}</p>
      <Field name={t('journeys.happening.segment')}>
        <SegmentPicker label={t('journeys.happening.segment')} value={segment ?? ''} onChange={setSegment} />
      </Field>
      <BroughtFields drawing={drawing} value={entry} onChange={setEntry} />
      <HappensChoice drawing={drawing} words={words} value={happens} onChange={setHappens} />
      {segment === undefined ? (
        <p className="note">{t('journeys.simulateChoose')}</p>
      ) : (
        <Awaited read={run}>{(found) => <Found found={found} drawing={drawing} words={words} />}</Awaited>
      )}
    </Stack>
  )
}

const counted = ['messages', 'tasks', 'welcomes', 'groupMessages', 'moments', 'notices', 'sms'] as const
type Counted = (typeof counted)[number]

function Found({ found, drawing, words }: { found: Simulation; drawing: Definition; words: StepWords }) {
  const { t } = useText()
  const { people, held, days, overLimit, overFrequency, end } = found
  const sum = (key: Counted) => days.reduce((total, day) => total + day[key], 0)
  return (
    <>
      <Stats>
        <Stat name={t('journeys.simulatePeople')} value={<Count value={people} />} />
        {held > 0 && <Stat name={t('journeys.simulateHeld')} hint={t('journeys.simulateHeldHint')} value={<Count value={held} />} />}
        <Stat name={t('journeys.simulated.messages')} value={<Count value={sum('messages')} />} />
        <Stat name={t('journeys.simulated.tasks')} value={<Count value={sum('tasks')} />} />
        <Stat name={t('journeys.simulateOver')} hint={t('journeys.simulateOverHint')} value={<Count value={overLimit} />} />
        <Stat name={t('journeys.simulateOften')} hint={t('journeys.simulateOftenHint')} value={<Count value={overFrequency} />} />
      </Stats>
      {overLimit > 0 && <Alert type="warning" showIcon title={t('journeys.simulateOverHint')} />}
      {overFrequency > 0 && <Alert type="warning" showIcon title={t('journeys.simulateOftenHint')} />}
      <StepTable found={found} drawing={drawing} words={words} />
      <p className="note">
        {t('journeys.simulateEnds')}
        {' · '}
        {Object.entries(end)
          .map(([how, count]) => `${reasonWords(how, t)} ${exactNumber(count)}`)
          .join(t('ui.comma'))}
      </p>
      <Chart
        title={t('journeys.simulateDays')}
        height={220}
        data={{
          kind: 'stack',
          labels: days.map(({ day }) => day),
          series: counted
            .filter((key) => key === 'messages' || key === 'tasks' || sum(key) > 0)
            .map((key) => ({
              name: t(`journeys.simulated.${key}`),
              values: days.map((day) => day[key]),
            })),
        }}
      />
    </>
  )
}

function StepTable({ found, drawing, words }: { found: Simulation; drawing: Definition; words: StepWords }) {
  const { t } = useText()
  return (
    <table className="journey-table">
      <caption className="unseen">{t('journeys.simulateSteps')}</caption>
      <thead>
        <tr>
          <th scope="col">{t('journeys.step')}</th>
          <th scope="col" className="figure">
            {t('journeys.simulatePeople')}
          </th>
          <th scope="col">{t('journeys.simulateWays')}</th>
        </tr>
      </thead>
      <tbody>
        {drawing.steps.map((step) => {
          const counted = found.steps.find((one) => one.step === step.id)
          const order = waysOf(step).map(({ way }) => way)
          const ways = Object.entries(counted?.ways ?? {})
            .toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other))
            .flatMap(([way, count]) => {
              const name = words.way(step, way)
              return name ? [`${name} ${exactNumber(count)}`] : []
            })
          return (
            <tr key={step.id}>
              <th scope="row">{words.of(step)}</th>
              <td className="figure">{exactNumber(counted?.people ?? 0)}</td>
              <td className="note">{ways.join(t('ui.comma'))}</td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
