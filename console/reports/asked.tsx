import { Link } from '@tanstack/react-router'
import { ApiError } from '#console/api/client.ts'
import { useText } from '#console/i18n/i18n.ts'
import type { AskedQuestion } from '#console/reports/queries.ts'
import { Facts } from '#console/ui/page.tsx'
import { Choices, type Reading } from '#insight/ask/schema.ts'

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
            value: <Readings readings={alternatives} />,
          },
        ]
      : []),
  ]
  return <Facts items={items} />
}

/** A name that several have: each of them opens the report that is meant then. */
export function AskedChoices({ error }: { error: unknown }) {
  const choices = error instanceof ApiError ? Choices.safeParse(error.details) : undefined
  return choices?.success ? <Readings readings={choices.data.choices} /> : null
}

function Readings({ readings }: { readings: readonly Reading[] }) {
  const { language } = useText()
  return (
    <ul className="ask-words">
      {readings.map(({ as, report }) => (
        <li key={as.zh}>
          {report ? (
            <Link to="/reports/$reportId" params={{ reportId: 'new' }} search={{ report: JSON.stringify(report) }}>
              {as[language]}
            </Link>
          ) : (
            as[language]
          )}
        </li>
      ))}
    </ul>
  )
}
