import { useText } from '#console/i18n/i18n.ts'
import { Chart } from '#console/ui/chart.tsx'
import { Section } from '#console/ui/page.tsx'
import type { EconomicsFigures, EconomicsResult } from '#insight/reports/economics/schema.ts'

/** Where the line crosses the spend, the channel has paid back. */
export function PaybackCurve({ result, figures, name }: { result: EconomicsResult; figures: EconomicsFigures; name: string }) {
  const { t } = useText()
  const last = figures.curve.length - 1
  const spend = figures.spend ?? 0
  return (
    <Section>
      <Chart
        title={t('economics.curve', { name })}
        unit={result.currency}
        note={figures.completeDays < last ? t('economics.curveNote', { days: figures.completeDays }) : t('economics.curveDone')}
        data={{
          kind: 'line',
          labels: figures.curve.map((_, day) => t('economics.day', { day })),
          series: [
            { name: t(result.marginRate === null ? 'economics.cumulative' : 'economics.cumulativeMargin'), values: figures.curve },
            ...(spend > 0 ? [{ name: t('economics.spend'), values: figures.curve.map(() => spend), compare: true, color: 3 }] : []),
          ],
        }}
      />
    </Section>
  )
}
