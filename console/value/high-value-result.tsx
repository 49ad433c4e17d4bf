import { Button } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { change, numberOf } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { Nothing } from '#console/trade/nothing.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Person, useNames } from '#console/value/named.tsx'
import { Figures } from '#console/value/table.tsx'
import { type HighValueResult, highValueParts } from '#insight/reports/high-value/schema.ts'

const shown = 50
/** As many as a list of people to work through holds. */
const top = 200
type Scored = HighValueResult['rows'][number]

/** The score and every part it is made of, so that nobody has to believe it. */
export function HighValueResultView({ document, result, drill }: ResultProps<HighValueResult>) {
  const { t } = useText()
  const rows = result.rows.slice(0, shown)
  const names = useNames(rows.map(({ person }) => person))
  if (rows.length === 0) return <Nothing title={t('value.none')} hint={t('value.noneHint')} />
  const counted = highValueParts.filter((part) => (result.weights[part] ?? 0) > 0)
  return (
    <Section
      flush
      actions={
        <Button onClick={() => drill({ title: t('value.highTitle'), report: change(document, { persons: { top } }) })}>
          {t('value.openList')}
        </Button>
      }
      title={t('value.highTitle')}
      note={t('value.highNote', { count: exactNumber(result.customers), days: numberOf(document.windowDays, 365) })}
    >
      <Figures
        rows={rows}
        keyOf={({ person }) => person}
        columns={[
          { title: t('value.customer'), cell: ({ person }) => <Person id={person} names={names} /> },
          { title: t('value.score'), right: true, cell: ({ score }) => <b>{score.toFixed(1)}</b> },
          ...counted.map((part) => ({
            title: `${t(`value.parts.${part}`)} ×${result.weights[part]}`,
            right: true,
            cell: (row: Scored) => <Part value={row.parts[part] ?? 0} />,
          })),
          { title: t('value.amountNet'), right: true, cell: ({ amount }) => <Amount value={amount} currency={result.currency} /> },
        ]}
      />
    </Section>
  )
}

const Part = ({ value }: { value: number }) => (
  <span className="part" style={{ backgroundSize: `${value}% 100%` }}>
    {value.toFixed(0)}
  </span>
)
