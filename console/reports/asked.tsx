import { Link } from '@tanstack/react-router'
import { useText } from '#console/i18n/i18n.ts'
import type { AskedQuestion } from '#console/reports/queries.ts'
import { Facts } from '#console/ui/page.tsx'

/** What a question was taken for, word by word, and what was left of it. */
export function AskedFacts({ asked }: { asked: AskedQuestion }) {
  const { t, language } = useText()
  const { understood, assumed, ignored, alternatives = [] } = asked
  const items = [
    {
      name: t('reports.understood'),
      value: (
        <ul className="ask-words">
          {understood.map(({ text, as }, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the same word may stand in a question twice
            <li key={i}>
              <strong>{text}</strong> <span>{as[language]}</span>
            </li>
          ))}
        </ul>
      ),
    },
    ...(assumed.length > 0
      ? [{ name: t('reports.assumed'), value: assumed.map((one) => one[language]).join(language === 'zh' ? '；' : '; ') }]
      : []),
    ...(ignored.length > 0
      ? [
          {
            name: t('reports.ignored'),
            value: <span className="note warning">{ignored.map((word) => t('reports.ignoredWord', { word })).join(' ')}</span>,
          },
        ]
      : []),
    ...(alternatives.length > 0
      ? [
          {
            name: t('reports.alsoMeant'),
            value: (
              <ul className="ask-words">
                {alternatives.map(({ as, report }) => (
                  <li key={JSON.stringify(report)}>
                    <Link to="/reports/$reportId" params={{ reportId: 'new' }} search={{ report: JSON.stringify(report) }}>
                      {as[language]}
                    </Link>
                  </li>
                ))}
              </ul>
            ),
          },
        ]
      : []),
  ]
  return <Facts items={items} />
}
