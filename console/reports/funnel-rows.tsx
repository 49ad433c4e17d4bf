import { useText } from '#console/i18n/i18n.ts'
import { change, listOf, type Matcher } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { valueName } from '#console/reports/labels.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { useSegmentNames } from '#console/segments/queries.ts'
import { Chart } from '#console/ui/chart.tsx'
import { percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { FunnelResult } from '#insight/reports/funnel/schema.ts'

type Props = ResultProps<FunnelResult>

/** A funnel as a line of a table; `fields` turn the document into the question for the people of a step. */
interface Line {
  key: string
  name: string
  steps: { count: number }[]
  fields: (step: number) => Record<string, unknown>
}

export function FunnelBreakdown({ breakdown, ...props }: Props & { breakdown: NonNullable<FunnelResult['breakdown']> }) {
  const { t } = useText()
  const lines = breakdown.map(({ value, other, steps }) => ({
    key: JSON.stringify([value, other]),
    name: valueName(value, other, t),
    steps,
    fields: (step: number) => ({ persons: other ? { step, other } : { step, value }, trend: undefined, segments: undefined }),
  }))
  return (
    <Section flush title={t('reports.byBreakdown')}>
      <Lines {...props} first={t('reports.breakdownValue')} lines={lines} />
    </Section>
  )
}

/** Everybody first, then each segment: bars of the share that came to each step, and the numbers with their people. */
export function FunnelSegments({ segments, ...props }: Props & { segments: NonNullable<FunnelResult['segments']> }) {
  const { t } = useText()
  const title = useEventTitle()
  const names = new Map(useSegmentNames().map(({ value, label }) => [value, label]))
  const alone = { trend: undefined, breakdown: undefined, segments: undefined }
  const lines: Line[] = [
    { key: '', name: t('portrait.everybody'), steps: props.result.steps, fields: (step) => ({ ...alone, persons: { step } }) },
    ...segments.map(({ segment, steps }) => ({
      key: segment,
      name: names.get(segment) ?? segment,
      steps,
      fields: (step: number) => ({ ...alone, segment, persons: { step } }),
    })),
  ]
  const share = (count: number, first: number) => (first === 0 ? null : Math.round((count / first) * 1000) / 10)
  return (
    <>
      <Section>
        <Chart
          title={t('reports.bySegment')}
          unit="%"
          note={t('reports.bySegmentNote')}
          data={{
            kind: 'bar',
            labels: listOf<Matcher>(props.document.steps).map(({ event }, index) => `${index + 1} ${title(event)}`),
            series: lines.map(({ name, steps }) => ({ name, values: steps.map(({ count }) => share(count, steps[0]?.count ?? 0)) })),
            format: (value) => `${value}%`,
            most: 100,
          }}
        />
      </Section>
      <Section flush title={t('reports.figures')}>
        <Lines {...props} first={t('reports.group')} lines={lines} />
      </Section>
    </>
  )
}

function Lines({ document, drill, first, lines }: Props & { first: string; lines: Line[] }) {
  const { t } = useText()
  const title = useEventTitle()
  const steps = listOf<Matcher>(document.steps)
  return (
    <PlainScroll>
      <table className="plain-table">
        <thead>
          <tr>
            <th scope="col">{first}</th>
            <StepHeads steps={steps} />
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.key}>
              <th scope="row">{line.name}</th>
              {line.steps.map(({ count }, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
                <td key={index} className="right">
                  <PeopleNumber
                    value={count}
                    onClick={() =>
                      drill({
                        title: `${t('reports.cameTo', { step: title(steps[index]?.event ?? '') })} · ${line.name}`,
                        report: change(document, line.fields(index)),
                      })
                    }
                  />
                </td>
              ))}
              <td className="right figure">{percent(line.steps.at(-1)?.count ?? 0, line.steps[0]?.count ?? 0)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </PlainScroll>
  )
}

/** The heads of a table that has a column a step, and the whole rate last. */
export function StepHeads({ steps }: { steps: Matcher[] }) {
  const { t } = useText()
  const title = useEventTitle()
  return (
    <>
      {steps.map((step, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step is its place
        <th key={index} scope="col" className="right">
          {title(step.event)}
        </th>
      ))}
      <th scope="col" className="right">
        {t('reports.wholeRate')}
      </th>
    </>
  )
}
