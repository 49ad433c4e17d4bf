import { useText } from '#console/i18n/i18n.ts'
import { Chart } from '#console/ui/chart.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { HeatmapResult } from '#insight/reports/heatmap/schema.ts'

/** How many of the views that told came at least so far; a bar opens those people. */
export function ScrollChart({ scroll, onPeople }: { scroll: HeatmapResult['scroll']; onPeople: (depth: number) => void }) {
  const { t } = useText()
  const steps = scroll.reached.filter((_step, i) => i % 2 === 1)
  return (
    <Section>
      <Chart
        title={t('pages.scroll')}
        unit="%"
        note={t('pages.scrollNote', { views: exactNumber(scroll.views) })}
        height={220}
        data={{
          kind: 'bar',
          labels: steps.map(({ depth }) => `${Math.round(depth * 100)}%`),
          series: [
            { name: t('pages.reachedShare'), values: steps.map(({ share }) => (share === null ? null : Math.round(share * 1000) / 10)) },
          ],
          most: 100,
        }}
        onPick={(index) => onPeople(steps[index]?.depth ?? 1)}
      />
    </Section>
  )
}
