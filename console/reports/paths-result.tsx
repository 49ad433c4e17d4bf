import { useText } from '#console/i18n/i18n.ts'
import { change, numberOf, textOf } from '#console/reports/document.ts'
import { duration } from '#console/reports/funnel-result.tsx'
import { nodeOf, useNodeName } from '#console/reports/paths-nodes.ts'
import { PathEdges, PathSteps } from '#console/reports/paths-tables.tsx'
import type { ResultProps } from '#console/reports/result.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { useMedia } from '#console/ui/preferences.ts'
import { Sankey, type SankeyData } from '#console/ui/sankey.tsx'
import type { PathsResult } from '#insight/reports/paths/schema.ts'

type Props = ResultProps<PathsResult>

/** Streams from step to step; where there is no room for them, a list of the steps. */
export function PathsResultView(props: Props) {
  const { t } = useText()
  const narrow = useMedia('(max-width: 720px)')
  const name = useNodeName(props.document)
  const { edges, nodes } = props.result
  if (edges.length === 0) return <NoPaths {...props} />
  const first = nodes.filter(({ node }) => nodeOf(node).step === 1).reduce((sum, { reached }) => sum + reached, 0)
  const start = textOf(props.document.startPoint)
  const rare = nodes.reduce((sum, { wentOn }) => sum + wentOn, 0) - edges.reduce((sum, { value }) => sum + value, 0)
  return (
    <>
      <Section
        title={t('paths.resultTitle')}
        note={
          start === ''
            ? t('paths.resultNote', { visits: exactNumber(first) })
            : t('paths.startingNote', { visits: exactNumber(first), node: name(`1_${start}`) })
        }
      >
        {narrow ? <PathSteps {...props} /> : <Streams {...props} />}
        {rare > 0 && <p className="note">{t('paths.rare', { times: exactNumber(rare) })}</p>}
      </Section>
      {!narrow && <PathEdges {...props} />}
      {!narrow && (
        <Section title={t('paths.steps')} note={t('paths.stepsNote')}>
          <PathSteps {...props} />
        </Section>
      )}
    </>
  )
}

function Streams({ document, result, drill }: Props) {
  const { t } = useText()
  const name = useNodeName(document)
  const data: SankeyData = {
    nodes: result.nodes
      .filter(({ node }) => result.edges.some(({ source, target }) => source === node || target === node))
      .map(({ node, reached, wentOn, droppedOff }) => ({
        key: node,
        name: name(node),
        depth: nodeOf(node).step - 1,
        note: [
          t('paths.reached', { times: exactNumber(reached) }),
          t('paths.wentOn', { times: exactNumber(wentOn) }),
          t('paths.droppedOff', { times: exactNumber(droppedOff) }),
        ].join(' · '),
      })),
    links: result.edges.map(({ source, target, value, averageSeconds }) => ({
      source,
      target,
      value,
      note: t('paths.edgeNote', { times: exactNumber(value), wait: duration(averageSeconds, t) }),
    })),
  }
  const tallest = Math.max(
    ...Array.from({ length: numberOf(document.stepLimit, 5) }, (_, i) => data.nodes.filter(({ depth }) => depth === i).length),
  )
  return (
    <Sankey
      label={t('paths.resultLabel', { edges: result.edges.length })}
      data={data}
      onPick={(persons) =>
        drill({
          title:
            'node' in persons
              ? t('paths.people.reached', { node: name(persons.node) })
              : t('paths.people.way', { source: name(persons.source), target: name(persons.target) }),
          report: change(document, { persons }),
        })
      }
      height={Math.min(900, Math.max(320, tallest * 44))}
    />
  )
}

function NoPaths({ document }: Props) {
  const { t } = useText()
  const isPages = document.node === 'page'
  return (
    <Section>
      <Empty
        title={t('paths.none')}
        hint={isPages ? `${t('paths.noneHint')}${t('paths.nonePages')}` : t('paths.noneHint')}
        {...(isPages ? { action: <ButtonLink to="/integrations">{t('paths.connect')}</ButtonLink> } : {})}
      />
    </Section>
  )
}
