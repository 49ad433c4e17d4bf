import { Segmented } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Elements } from '#console/pages/elements.tsx'
import { HeatSheet } from '#console/pages/heat-sheet.tsx'
import { ScrollChart } from '#console/pages/scroll-chart.tsx'
import { change, type Document } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { percent } from '#console/ui/format.ts'
import { Columns, Section } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { HeatmapResult } from '#insight/reports/heatmap/schema.ts'

/** The drawing beside what it is made of: elements by clicks, and how far people came. */
export function HeatmapResultView({ document, result, drill }: ResultProps<HeatmapResult>) {
  const { t } = useText()
  const [kind, setKind] = useState<'clicks' | 'scroll'>('clicks')
  const [marked, setMarked] = useState<string>()
  if (result.views === 0 && result.clicks === 0)
    return (
      <Section>
        <Empty title={t('pages.noHeat')} hint={t('pages.noneHint')} />
      </Section>
    )
  const people = (title: string, persons: object) => drill({ title, report: change(document, { persons }) })
  return (
    <>
      <Stats>
        <Stat name={t('pages.visitors')} value={<Count value={result.visitors} />} />
        <Stat name={t('pages.views')} value={<Count value={result.views} />} />
        <Stat name={t('pages.clicks')} value={<Count value={result.clicks} />} />
        <Stat name={t('pages.clickersPerVisitor')} value={percent(result.clickers, result.visitors)} />
        <Stat
          name={t('pages.half')}
          hint={t('pages.halfHint')}
          value={percent(result.scroll.reached[9]?.views ?? 0, result.scroll.views)}
        />
      </Stats>
      <Columns shares={[6.4, 3.4]}>
        <Section
          title={t(`pages.kinds.${kind}`)}
          note={isMixed(document, result) ? t('pages.mixed') : t(`pages.kindNotes.${kind}`)}
          actions={
            <Segmented
              value={kind}
              onChange={setKind}
              options={(['clicks', 'scroll'] as const).map((value) => ({ value, label: t(`pages.kinds.${value}`) }))}
            />
          }
        >
          <HeatSheet
            key={`${result.address}`}
            document={document}
            result={result}
            kind={kind}
            marked={marked}
            onCell={(cell) => people(t('pages.behind.clickers'), cell)}
          />
        </Section>
        <Beside result={result} marked={marked} onMark={setMarked} people={people} />
      </Columns>
    </>
  )
}

/** The same button lies elsewhere on a phone. */
const isMixed = (document: Document, { devices }: HeatmapResult): boolean =>
  document.device === undefined && devices.filter(({ clicks }) => clicks > 0).length > 1

function Beside(props: {
  result: HeatmapResult
  marked: string | undefined
  onMark: (selector: string | undefined) => void
  people: (title: string, persons: object) => void
}) {
  const { t } = useText()
  const { result, people } = props
  return (
    <>
      <Elements
        elements={result.elements}
        marked={props.marked}
        onMark={props.onMark}
        onPeople={({ selector, text }) => people(`${t('pages.behind.clickers')} · ${text || selector}`, { selector })}
      />
      <ScrollChart scroll={result.scroll} onPeople={(depth) => people(t('pages.reached', { depth: Math.round(depth * 100) }), { depth })} />
    </>
  )
}
