import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { DimensionCard } from '#console/portrait/dimension-card.tsx'
import { MatrixSection } from '#console/portrait/matrix.tsx'
import type { Whom } from '#console/portrait/queries.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section, Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { Views } from '#console/ui/tabs.tsx'
import { dimensionGroups, type PortraitResult } from '#insight/reports/portrait/schema.ts'

/** A portrait inside a report: dimension by dimension, and the matrix where the document asks for it. */
export function PortraitResultView({ document, result }: ResultProps<PortraitResult>) {
  const { t } = useText()
  const [chosen, choose] = useState<string>()
  const known = result.dimensions.filter(({ values }) => values.some(({ value }) => value !== null))
  const groups = dimensionGroups.filter((group) => known.some((one) => one.group === group))
  const views = [...groups, ...(result.matrix ? (['matrix'] as const) : [])]
  const view = views.find((one) => one === chosen) ?? views[0]
  if (result.of.count === 0)
    return (
      <Section>
        <Empty title={t('portrait.nobody')} hint={t('portrait.nobodyHint')} />
      </Section>
    )
  return (
    <Stack>
      <Stats>
        <Stat name={t('portrait.ofCount')} value={<Count value={result.of.count} />} />
        <Stat name={t('portrait.baseCount')} value={<Count value={result.base.count} />} />
      </Stats>
      {view && (
        <Views
          open={view}
          onOpen={choose}
          views={views.map((key) => ({ key, name: key === 'matrix' ? t('portrait.matrix') : t(`portrait.groups.${key}`) }))}
        />
      )}
      {view === 'matrix' ? (
        <MatrixSection matrix={result.matrix} />
      ) : (
        <div className="portrait">
          {known
            .filter((one) => one.group === view)
            .map((one) => (
              <DimensionCard key={one.key} dimension={one} other={undefined} within={document.of as Whom} />
            ))}
        </div>
      )}
    </Stack>
  )
}
