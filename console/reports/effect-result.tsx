import { useText } from '#console/i18n/i18n.ts'
import { EffectFigures } from '#console/outbound/effect-figures.tsx'
import { matcherOf, numberOf } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'
import type { EffectResult } from '#insight/reports/effect/schema.ts'

const calledAs: Readonly<Record<string, 'touched' | 'entered'>> = { 'message.sent': 'touched', 'journey.entered': 'entered' }

/** What came after being touched. Whether it came of it is what an experiment tells. */
export function EffectResultView({ document, result, drill }: ResultProps<EffectResult>) {
  const { t } = useText()
  return (
    <Section title={t('outbound.effect')} note={t('reports.effectNote')}>
      {result.touched === 0 ? (
        <Empty title={t('outbound.effectNobody')} hint={t('outbound.effectNobodyHint')} />
      ) : (
        <EffectFigures
          result={result}
          document={document}
          drill={drill}
          touchedAs={calledAs[matcherOf(document.touch).event] ?? 'met'}
          leaveHours={numberOf(document.leaveHours, 24)}
        />
      )}
    </Section>
  )
}
