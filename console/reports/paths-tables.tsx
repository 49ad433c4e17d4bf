import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { duration } from '#console/reports/funnel-result.tsx'
import { nodeOf, useNodeName } from '#console/reports/paths-nodes.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { PathsResult } from '#insight/reports/paths/schema.ts'

type Props = ResultProps<PathsResult>

/** Step by step, the most visited first: what the streams show where there is no room for them. */
export function PathSteps({ document, result, drill }: Props) {
  const { t } = useText()
  const name = useNodeName(document)
  const steps = [...new Set(result.nodes.map(({ node }) => nodeOf(node).step))]
  const most = Math.max(...result.nodes.map(({ reached }) => reached))
  const people = (node: string, of: 'reached' | 'wentOn' | 'droppedOff') =>
    drill({
      title: t(`paths.people.${of}`, { node: `${nodeOf(node).step} ${name(node)}` }),
      report: change(document, { persons: { node, of } }),
    })
  return (
    <ol className="path-steps">
      {steps.map((step) => (
        <li key={step}>
          <h3>{t('paths.step', { number: step })}</h3>
          <ul>
            {result.nodes
              .filter(({ node }) => nodeOf(node).step === step)
              .map(({ node, reached, wentOn, droppedOff }) => (
                <li key={node}>
                  <div className="row between">
                    <span>{name(node)}</span>
                    <strong>
                      <Times value={reached} onClick={() => people(node, 'reached')} />
                    </strong>
                  </div>
                  <div className="path-bar" aria-hidden="true">
                    <span className="on" style={{ width: `${(wentOn / most) * 100}%` }} />
                    <span className="off" style={{ width: `${(droppedOff / most) * 100}%` }} />
                  </div>
                  <span className="note figure">
                    {t('paths.on')} <Times value={wentOn} onClick={() => people(node, 'wentOn')} /> · {t('paths.off')}{' '}
                    <Times value={droppedOff} onClick={() => people(node, 'droppedOff')} />
                  </span>
                </li>
              ))}
          </ul>
        </li>
      ))}
    </ol>
  )
}

/** Every way as figures, the most travelled first. */
export function PathEdges({ document, result, drill }: Props) {
  const { t } = useText()
  const name = useNodeName(document)
  const reached = new Map(result.nodes.map((one) => [one.node, one.reached]))
  return (
    <Section flush title={t('paths.edges')}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('paths.from')}</th>
              <th scope="col">{t('paths.to')}</th>
              <th scope="col" className="right">
                {t('paths.times')}
              </th>
              <th scope="col" className="right">
                {t('paths.share')}
              </th>
              <th scope="col" className="right">
                {t('paths.wait')}
              </th>
            </tr>
          </thead>
          <tbody>
            {result.edges.map(({ source, target, value, averageSeconds }) => (
              <tr key={JSON.stringify([source, target])}>
                <td>
                  <span className="note figure">{nodeOf(source).step}</span> {name(source)}
                </td>
                <td>
                  <span className="note figure">{nodeOf(target).step}</span> {name(target)}
                </td>
                <td className="right">
                  <Times
                    value={value}
                    onClick={() =>
                      drill({
                        title: t('paths.people.way', { source: name(source), target: name(target) }),
                        report: change(document, { persons: { source, target } }),
                      })
                    }
                  />
                </td>
                <td className="right figure">{percent(value, reached.get(source) ?? 0)}</td>
                <td className="right figure">{duration(averageSeconds, t)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

/** Times are counted by visit; whoever walked there twice is one person. */
function Times({ value, onClick }: { value: number; onClick: () => void }) {
  if (value === 0) return <span className="figure">0</span>
  return (
    <button type="button" className="number-button figure" onClick={onClick}>
      {exactNumber(value)}
    </button>
  )
}
