import { Button } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { useAnswer } from '#console/reports/queries.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { ExplainedTree } from '#console/segments/explained-tree.tsx'
import type { Explained } from '#console/segments/queries.ts'
import { Count } from '#console/ui/count.tsx'
import { percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import type { SegmentResult } from '#insight/reports/segment/schema.ts'

/** How many a rule holds for, what share of all customers that is, and why somebody is in or out. */
export function SegmentResultView({ document, result, drill }: ResultProps<SegmentResult>) {
  const { t } = useText()
  const all = useAnswer<SegmentResult>({ ...change(document, { explain: undefined }), rule: { and: [] }, persons: false })
  const open = () => drill({ title: t('segments.reach'), report: change(document, { explain: undefined, persons: true }) })
  const explained = result.explain as Explained | undefined
  return (
    <>
      <Section
        title={t('segments.reach')}
        actions={
          result.count > 0 && (
            <Button type="primary" onClick={open}>
              {t('segments.members')}
            </Button>
          )
        }
      >
        <p className="rule-count">
          <button type="button" className="number-button" disabled={result.count === 0} onClick={open}>
            <Count value={result.count} />
          </button>
        </p>
        {all.data && (
          <>
            <progress
              className="share-line"
              max={Math.max(1, all.data.result.count)}
              value={result.count}
              aria-label={t('segments.reach')}
            />
            <p className="note">{t('segments.ofAll', { share: percent(result.count, all.data.result.count) })}</p>
          </>
        )}
      </Section>
      {explained && (
        <Section title={t('segments.why')}>
          <p className={explained.holds ? 'rule-verdict in' : 'rule-verdict out'}>
            {t(explained.holds ? 'segments.isIn' : 'segments.isOut')}
          </p>
          <ExplainedTree tree={explained} />
        </Section>
      )}
    </>
  )
}
