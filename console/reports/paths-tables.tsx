import { useText } from '#console/i18n/i18n.ts'
import { duration } from '#console/reports/funnel-result.tsx'
import { nodeOf, useNodeName } from '#console/reports/paths-nodes.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { PathsResult } from '#insight/reports/paths/schema.ts'

type Props = ResultProps<PathsResult>

/** Step by step, the most visited first: what the streams show where there is no room for them. */
export function PathSteps({ document, result }: Props) {
  const { t } = useText()
  const name = useNodeName(document)
  const steps = [...new Set(result.nodes.map(({ node }) => nodeOf(node).step))]
  const most = Math.max(...result.nodes.map(({ reached }) => reached))
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
                    <strong className="figure">{exactNumber(reached)}</strong>
                  </div>
                  <div className="path-bar" aria-hidden="true">
                    <span className="on" style={{ width: `${(wentOn / most) * 100}%` }} />
                    <span className="off" style={{ width: `${(droppedOff / most) * 100}%` }} />
                  </div>
                  <span className="note figure">
                    {t('paths.wentOn', { times: exactNumber(wentOn) })} · {t('paths.droppedOff', { times: exactNumber(droppedOff) })}
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
export function PathEdges({ document, result }: Props) {
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
                <td className="right figure">{exactNumber(value)}</td>
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
