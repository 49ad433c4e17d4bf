import { Alert } from 'antd'
import {
  differenceText,
  intervalText,
  liftText,
  powerText,
  pText,
  relativeText,
  type Unit,
  valueText,
} from '#console/experiments/figure.ts'
import { sideName } from '#console/experiments/side-name.ts'
import { Significance } from '#console/experiments/significance.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change, type Document, listOf, type Series } from '#console/reports/document.ts'
import { useEventTitle } from '#console/reports/event-picker.tsx'
import { useChosen } from '#console/reports/experiment-choice.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { Figures } from '#console/value/table.tsx'
import type { ExperimentResult } from '#insight/reports/experiment/schema.ts'

type Compared = ExperimentResult['metrics'][number]

/** Whether the treatment did it: every metric of every variant against the control. */
export function ExperimentResultView({ document, result, drill }: ResultProps<ExperimentResult>) {
  const { t } = useText()
  const { variants, excluded, srm, metrics } = result
  const open = variants.reduce((sum, one) => sum + one.open, 0)
  const sideOf = useSides(document)
  const title = useEventTitle()
  const asked = listOf<Series & { name: string }>(document.metrics)
  /** One that was not named is called as its event is. */
  const nameOf = (name: string) => (asked.some((one) => one.name === name && one.event === name) ? title(name) : name)
  /** What a metric was asked by; one that says nothing else asks whether the event came. */
  const unitOf = ({ name, currency }: Compared): Unit => ({
    measure: asked.find((one) => one.name === name)?.measure ?? 'converted',
    currency,
  })
  return (
    <>
      {!srm.ok && <Alert type="error" showIcon title={t('value.ratioBad', { p: pText(srm.p) })} />}
      <Section title={t('value.variant')}>
        <Row>
          {variants.map(({ name, persons }) => (
            <button
              key={name}
              type="button"
              className="number-button"
              onClick={() => drill({ title: sideOf(name), report: change(document, { persons: { variant: name } }) })}
            >
              {t('value.variantOf', { name: sideOf(name), count: exactNumber(persons) })}
            </button>
          ))}
          {excluded.count > 0 && (
            <button
              type="button"
              className="number-button"
              onClick={() =>
                drill({
                  title: t('value.excludedText', { count: excluded.count }),
                  report: change(document, { persons: { excluded: true } }),
                })
              }
            >
              {t('value.excludedText', { count: excluded.count })}
            </button>
          )}
          {open > 0 && <span className="note">{t('value.openText', { count: exactNumber(open) })}</span>}
        </Row>
      </Section>
      <Section flush title={t('value.experiment')}>
        <Figures
          rows={metrics}
          keyOf={({ name, variant }) => `${name} ${variant}`}
          columns={[
            { title: t('value.metric'), cell: ({ name }) => nameOf(name) },
            { title: t('value.variant'), cell: ({ variant }) => sideOf(variant) },
            { title: t('value.control'), right: true, cell: (one) => valueText(one.control, unitOf(one)) },
            { title: t('value.treatment'), right: true, cell: (one) => valueText(one.treatment, unitOf(one)) },
            {
              title: t('value.lift'),
              right: true,
              cell: (one) => `${liftText(one.lift, unitOf(one))}${relativeText(one.relativeLift)}`,
            },
            { title: t('value.interval95'), right: true, cell: (one) => intervalText(one, unitOf(one)) },
            { title: t('value.p'), right: true, cell: ({ p }) => pText(p) },
            { title: t('value.power'), right: true, cell: ({ power }) => powerText(power) },
            {
              title: t('value.detectable'),
              right: true,
              cell: (one) => (one.detectable === null ? '—' : differenceText(one.detectable, unitOf(one), 'pp')),
            },
            ...(metrics.some(({ needed }) => needed !== undefined)
              ? [
                  {
                    title: t('value.needed'),
                    right: true,
                    cell: ({ needed }: Compared) => (needed ? exactNumber(needed) : '—'),
                  },
                ]
              : []),
            { title: '', cell: ({ p }) => <Significance p={p} /> },
          ]}
        />
      </Section>
    </>
  )
}

/** Sides of the company's own trials and of its control group by their names, others by what events call them. */
function useSides(document: Document): (key: string) => string {
  const { t } = useText()
  const trial = useChosen(document)
  if (document.controlGroup) return (key) => t(`experiments.controlGroup.sides.${key === 'held_out' ? key : 'others'}`)
  return (key) => (trial ? sideName(trial, key, t) : key)
}
