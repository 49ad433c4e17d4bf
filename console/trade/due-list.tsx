import { useNavigate } from '@tanstack/react-router'
import { useResource } from '#console/api/query.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { CsvButton } from '#console/trade/csv-button.tsx'
import { Section } from '#console/ui/page.tsx'
import { PersonChip } from '#console/ui/person-chip.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { RepurchaseResult } from '#insight/reports/repurchase/schema.ts'
import type { CustomerItem } from '#management/customers/schema.ts'

type Due = NonNullable<RepurchaseResult['rows']>[number]

/** Long overdue customers are lost rather than due: who passed twice their own interval stands last. */
const urgency = ({ overdueDays, medianDays }: Due): number => (overdueDays > 2 * Math.max(7, medianDays) ? -1e6 - overdueDays : overdueDays)

const most = 15

export function DueList({ rows }: { rows: Due[] }) {
  const { t } = useText()
  const navigate = useNavigate()
  const due = rows.toSorted((a, b) => urgency(b) - urgency(a)).slice(0, most)
  const filter = JSON.stringify({ customer: { in: due.map(({ person }) => person) } })
  const named = useResource<{ items: CustomerItem[] }>('customers', { filter, limit: String(most) }, { enabled: due.length > 0 })
  const names = new Map(named.data?.items.map((customer) => [customer.id, customer]))
  return (
    <Section
      flush
      title={t('trade.due')}
      note={t('trade.dueNote')}
      actions={
        <CsvButton
          name={t('trade.due')}
          head={[t('trade.customer'), t('trade.orders'), t('trade.cycle'), t('trade.lastOrder'), t('trade.dueDay')]}
          rows={rows.map(({ person, orders, medianDays, lastDay, dueDay }) => [person, orders, medianDays, lastDay, dueDay])}
        />
      }
    >
      {due.length === 0 ? (
        <p className="note chart-empty">{t('trade.noDue')}</p>
      ) : (
        <PlainScroll>
          <table className="plain-table">
            <thead>
              <tr>
                <th scope="col">{t('trade.customer')}</th>
                <th scope="col">{t('trade.dueDay')}</th>
                <th scope="col" className="right">
                  {t('trade.cycle')}
                </th>
                <th scope="col" className="right">
                  {t('trade.orders')}
                </th>
                <th scope="col">{t('trade.lastOrder')}</th>
              </tr>
            </thead>
            <tbody>
              {due.map((row) => (
                <tr key={row.person}>
                  <td>
                    <button
                      type="button"
                      className="number-button"
                      onClick={() => void navigate({ to: '/customers/$customerId', params: { customerId: row.person } })}
                    >
                      <PersonChip name={names.get(row.person)?.name ?? null} alias={names.get(row.person)?.alias ?? null} />
                    </button>
                  </td>
                  <td className="figure">
                    {row.dueDay} <span className="note">{dueText(row, t)}</span>
                  </td>
                  <td className="right figure">{t('trade.days', { count: row.medianDays })}</td>
                  <td className="right figure">{row.orders}</td>
                  <td className="figure">{row.lastDay}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </PlainScroll>
      )}
    </Section>
  )
}

const dueText = ({ overdueDays }: Due, t: Translate): string =>
  overdueDays === 0
    ? t('trade.dueToday')
    : overdueDays > 0
      ? t('trade.overdue', { count: overdueDays })
      : t('trade.ahead', { count: -overdueDays })
