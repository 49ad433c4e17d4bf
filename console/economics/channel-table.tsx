import type { EconomicsProps } from '#console/economics/economics-result.tsx'
import { Payback, timesText } from '#console/economics/payback.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import type { EconomicsResult } from '#insight/reports/economics/schema.ts'

type Line = EconomicsResult['rows'][number]
type Choosing = { chosen?: string | undefined; onChoose?: (channel: string | undefined) => void }

export function ChannelTable(props: EconomicsProps & Choosing) {
  const { t } = useText()
  const { result } = props
  const money = ['costPerAdd', 'cac', 'revenue'] as const
  return (
    <Section flush title={t('economics.table')} note={t('economics.tableNote')}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('economics.channel')}</th>
              {(['spend', 'adds', 'newCustomers', 'paying', ...money] as const).map((column) => (
                <th key={column} scope="col" className="right">
                  {t(`economics.${column}`)}
                </th>
              ))}
              {result.marginRate !== null && (
                <th scope="col" className="right">
                  {t('economics.marginMoney')}
                </th>
              )}
              <th scope="col" className="right">
                {t(result.marginRate === null ? 'economics.roi' : 'economics.marginRoi')}
              </th>
              <th scope="col" className="right">
                {t('economics.payback')}
              </th>
            </tr>
          </thead>
          <tbody>
            {result.rows.map((row) => (
              <ChannelLine key={row.channel ?? 'none'} {...props} row={row} />
            ))}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}

function ChannelLine({ document, result, drill, row, chosen, onChoose }: EconomicsProps & Choosing & { row: Line }) {
  const { t } = useText()
  const name = row.name ?? t('economics.noChannel')
  const key = row.channel ?? 'none'
  const people = (of: 'adds' | 'new' | 'paying') =>
    drill({ title: t(`economics.people.${of}`, { name }), report: change(document, { persons: { channel: row.channel, of } }) })
  return (
    <tr className={key === chosen ? 'marked' : ''}>
      <th scope="row" style={{ paddingLeft: 20 + row.depth * 20 }}>
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
