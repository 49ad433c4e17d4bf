import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Button, Input } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { AskedChoices } from '#console/reports/asked.tsx'
import { asking } from '#console/reports/queries.ts'
import { problemText } from '#console/ui/problem.tsx'
import { examples, mostLetters } from '#insight/ask/schema.ts'

/** A question in words. Understood, it opens as a report; otherwise it stays here with the reason and what can be asked. */
export function AskField({ question = '', withExamples = true }: { question?: string; withExamples?: boolean }) {
  const { t, language } = useText()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [text, setText] = useState(question)
  const [waiting, setWaiting] = useState(false)
  const [error, setError] = useState<unknown>()
  const ask = async (asked: string) => {
    const words = asked.trim()
    if (words === '' || waiting) return
    setText(words)
    setWaiting(true)
    setError(undefined)
    try {
      await client.fetchQuery(asking(words))
      await navigate({ to: '/reports/$reportId', params: { reportId: 'new' }, search: { ask: words } })
    } catch (problem) {
      setError(problem)
    } finally {
      setWaiting(false)
    }
  }
  return (
    <div className="ask">
      <Input.Search
        aria-label={t('reports.askLabel')}
        placeholder={t('reports.askHint')}
        maxLength={mostLetters}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onSearch={(asked) => void ask(asked)}
        loading={waiting}
        enterButton={t('reports.askButton')}
        size="large"
      />
      {error !== undefined && (
        <div role="alert">
          <p className="note warning">{problemText(error)}</p>
          <AskedChoices error={error} />
        </div>
      )}
      {((withExamples && question === '') || error !== undefined) && (
        <ul className="ask-examples" aria-label={t('reports.askExamples')}>
          {examples[language].map((example) => (
            <li key={example}>
              <Button size="small" onClick={() => void ask(example)}>
                {example}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
