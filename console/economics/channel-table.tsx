import type { EconomicsProps } from '#console/economics/economics-result.tsx'
import { Payback, timesText } from '#console/economics/payback.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { SortHead } from '#console/ui/sort-head.tsx'
import { type Sort, sortedBy } from '#console/ui/sorted.ts'
import type { EconomicsResult } from '#insight/reports/economics/schema.ts'

type Line = EconomicsResult['rows'][number]
/** `sort` and `onSort`: where the page keeps an order; a report without a page of its own shows the tree. */
export type Choosing = {
  sort?: Sort
  onSort?: (sort: Sort) => void
  chosen?: string | undefined
  onChoose?: (channel: string | undefined) => void
}

export function ChannelTable(props: EconomicsProps & Choosing) {
  const { t } = useText()
  const { result } = props
  const { sort, onSort } = props
  const isSorted = onSort !== undefined && sortable.some((column) => column === sort?.replace(/^-/, ''))
  const rows = isSorted ? sortedBy(result.rows, sort, figureIn(result)) : result.rows
  const heads = sortable.filter((column) => column !== 'margin' || result.marginRate !== null)
  return (
    <Section flush title={t('economics.table')} note={`${t('economics.tableNote')}${onSort ? t('economics.sortNote') : ''}`}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('economics.channel')}</th>
              {heads.map((column) =>
                onSort ? (
                  <SortHead key={column} column={column} sort={isSorted ? sort : undefined} onSort={onSort}>
                    {t(nameOf(column, result))}
                  </SortHead>
                ) : (
                  <th key={column} scope="col" className="right">
                    {t(nameOf(column, result))}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <ChannelLine key={row.channel ?? 'none'} {...props} row={row} above={isSorted ? namesAbove(result.rows, row) : undefined} />
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

const sortable = ['spend', 'adds', 'newCustomers', 'paying', 'costPerAdd', 'cac', 'revenue', 'ltv', 'margin', 'roi', 'payback'] as const
type Sortable = (typeof sortable)[number]

/** With a margin the last columns speak of it. */
const nameOf = (column: Sortable, { marginRate }: EconomicsResult) =>
  column === 'margin'
    ? ('economics.marginMoney' as const)
    : column === 'roi' && marginRate !== null
      ? ('economics.marginRoi' as const)
      : (`economics.${column}` as const)

/** What stands in the column; null for a dash, and for what has not paid back yet. */
const figureIn =
  ({ marginRate }: EconomicsResult) =>
  (row: Line, column: string): number | null => {
    const known = sortable.find((one) => one === column)
    if (known === undefined) return null
    if (known === 'paying') return row.payingCustomers
    if (known === 'payback') return row.paybackDays
    if (known === 'roi') return marginRate === null ? row.roi : row.marginRoi
    const isOfSpend = known === 'spend' || known === 'costPerAdd' || known === 'cac'
    return isOfSpend && row.spend === 0 ? null : row[known]
  }

/** A sorted table is no tree: whom a channel belongs to stands before its name. */
function namesAbove(rows: readonly Line[], { parent }: Line): string {
  const above = parent === null ? undefined : rows.find(({ channel }) => channel === parent)
  return above ? `${namesAbove(rows, above)}${above.name ?? ''} › ` : ''
}

type LineProps = EconomicsProps & Choosing & { row: Line; above: string | undefined }

function ChannelLine({ document, result, drill, row, above, chosen, onChoose }: LineProps) {
  const { t } = useText()
  const name = row.name ?? t('economics.noChannel')
  const key = row.channel ?? 'none'
  const people = (of: 'adds' | 'new' | 'paying') =>
    drill({ title: t(`economics.people.${of}`, { name }), report: change(document, { persons: { channel: row.channel, of } }) })
  return (
    <tr className={key === chosen ? 'marked' : ''}>
      <th scope="row" style={{ paddingLeft: above === undefined ? 20 + row.depth * 20 : 20 }}>
        {above && <span className="note">{above}</span>}
        <button type="button" className="link-button" onClick={() => onChoose?.(key === chosen ? undefined : key)}>
          {name}
        </button>
      </th>
      <td className="right">
        <Amount value={row.spend === 0 ? null : row.spend} currency={result.currency} />
      </td>
      <td className="right">
        <PeopleNumber value={row.adds} onClick={() => people('adds')} />
      </td>
      <td className="right">
        <PeopleNumber value={row.newCustomers} onClick={() => people('new')} />
      </td>
      <td className="right">
        <PeopleNumber value={row.payingCustomers} onClick={() => people('paying')} />
      </td>
      <td className="right">
        <Amount value={row.spend === 0 ? null : row.costPerAdd} currency={result.currency} />
      </td>
      <td className="right">
        <Amount value={row.spend === 0 ? null : row.cac} currency={result.currency} />
      </td>
      <td className="right">
        <Amount value={row.revenue} currency={result.currency} />
      </td>
      <td className="right">
        <Amount value={row.ltv} currency={result.currency} />
      </td>
      {result.marginRate !== null && (
        <td className="right">
          <Amount value={row.margin} currency={result.currency} />
        </td>
      )}
      <td className="right figure">{timesText(result.marginRate === null ? row.roi : row.marginRoi)}</td>
      <td className="right">
        <Payback figures={row} />
      </td>
    </tr>
  )
}
