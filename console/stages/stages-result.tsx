import { useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { FlowTable } from '#console/stages/flow-table.tsx'
import { StageFunnel } from '#console/stages/stage-funnel.tsx'
import { TouchpointMap } from '#console/stages/touchpoint-map.tsx'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import type { StagesResult } from '#insight/reports/stages/schema.ts'

export type StagesProps = ResultProps<StagesResult>
export type StagesView = 'journey' | 'flows' | 'touchpoints'

export function StagesResultView({ view, ...props }: StagesProps & { view?: StagesView }) {
  const { t } = useText()
  if (view === 'touchpoints') return <TouchpointMap {...props} />
  if (props.result.flows.length === 0)
    return (
      <Section>
        <Empty
          title={t('stages.empty')}
          hint={t('stages.emptyHint')}
          action={
            <Row>
              <ButtonLink type="primary" to="/wecom">
                {t('wecom.title')}
              </ButtonLink>
              <ButtonLink to="/imports/new">{t('imports.both')}</ButtonLink>
            </Row>
          }
        />
      </Section>
    )
  if (view === 'flows') return <FlowTable {...props} />
  return (
    <>
      <StageFunnel {...props} />
      {view === undefined && <FlowTable {...props} />}
    </>
  )
}
