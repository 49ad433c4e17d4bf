import type { BalanceProps } from '#console/balance/balance-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'

export function Shops({ document, result, drill }: BalanceProps) {
  const { t } = useText()
  if (result.shops.length === 0) return null
  return (
    <Section flush title={t('balance.shops')} note={t('balance.shopsNote')}>
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('balance.shop')}</th>
              {(['shopBuyers', 'settled', 'outside', 'rate'] as const).map((column) => (
                <th key={column} scope="col" className="right">
                  {t(`balance.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {result.shops.map(({ shop, buyers, settled }) => {
              const name = shop === '' ? t('balance.ownShop') : shop
              const people = (of: 'buyers' | 'settled' | 'outside') => () =>
                drill({ title: t(`balance.people.${of}`, { shop: name }), report: change(document, { persons: { shop, of } }) })
              return (
                <tr key={shop}>
                  <th scope="row">{name}</th>
                  <td className="right">
                    <PeopleNumber value={buyers} onClick={people('buyers')} />
                  </td>
                  <td className="right">
                    <PeopleNumber value={settled} onClick={people('settled')} />
                  </td>
                  <td className="right">
                    <PeopleNumber value={buyers - settled} onClick={people('outside')} />
                  </td>
                  <td className="right figure">{percent(settled, buyers)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </PlainScroll>
    </Section>
  )
}
