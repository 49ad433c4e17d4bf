import { Alert } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { Figures } from '#console/value/table.tsx'
import type { ExperimentResult } from '#insight/reports/experiment/schema.ts'

/** Whether the treatment did it: every metric of every variant against the control. */
export function ExperimentResultView({ document, result, drill }: ResultProps<ExperimentResult>) {
  const { t } = useText()
  const { variants, excluded, srm, metrics } = result
  const open = variants.reduce((sum, one) => sum + one.open, 0)
  const figure = (value: number | null | undefined) => (value === null || value === undefined ? '—' : figureText(value))
  return (
    <>
      {!srm.ok && <Alert type="error" showIcon title={t('value.ratioBad', { p: figure(srm.p) })} />}
      <Section title={t('value.variant')}>
        <Row>
          {variants.map(({ name, persons }) => (
            <button
              key={name}
              type="button"
              className="number-button"
              onClick={() => drill({ title: name, report: change(document, { persons: { variant: name } }) })}
            >
              {t('value.variantOf', { name, count: exactNumber(persons) })}
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
            { title: t('value.metric'), cell: ({ name }) => name },
            { title: t('value.variant'), cell: ({ variant }) => variant },
            { title: t('value.control'), right: true, cell: ({ control }) => figure(control) },
            { title: t('value.treatment'), right: true, cell: ({ treatment }) => figure(treatment) },
            { title: t('value.lift'), right: true, cell: ({ lift, relativeLift }) => `${figure(lift)}${relativeText(relativeLift)}` },
            { title: t('value.interval95'), right: true, cell: ({ low, high }) => `${figure(low)} … ${figure(high)}` },
            { title: t('value.p'), right: true, cell: ({ p }) => figure(p) },
            { title: t('value.power'), right: true, cell: ({ power }) => figure(power) },
            { title: t('value.detectable'), right: true, cell: ({ detectable }) => figure(detectable) },
            ...(metrics.some(({ needed }) => needed !== undefined)
              ? [
                  {
                    title: t('value.needed'),
                    right: true,
                    cell: ({ needed }: (typeof metrics)[number]) => (needed ? exactNumber(needed) : '—'),
                  },
                ]
              : []),
            { title: '', cell: ({ p }) => <Verdict p={p} /> },
          ]}
        />
      </Section>
    </>
  )
}

function Verdict({ p }: { p: number | null }) {
  const { t } = useText()
  if (p === null) return null
  return <Badge tone={p < 0.05 ? 'good' : 'quiet'}>{t(p < 0.05 ? 'value.significant' : 'value.notSignificant')}</Badge>
}

/** As many digits as tell something: 0.4482, 12.35, 0.0016. */
const figureText = (value: number): string => String(Number(value.toPrecision(4)))

const relativeText = (lift: number | null): string => (lift === null ? '' : ` (${lift > 0 ? '+' : '−'}${Math.abs(lift * 100).toFixed(1)}%)`)
