import type { BalanceProps } from '#console/balance/balance-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change, numberOf } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { Amount } from '#console/trade/amount.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { Figures } from '#console/value/table.tsx'
import type { BalanceResult } from '#insight/reports/balance/schema.ts'

type Shop = BalanceResult['driven'][number]

/** Orders in public shops that something private came before. */
export function Driven({ document, result, drill }: BalanceProps) {
  const { t } = useText()
  if (result.driven.length === 0) return null
  const open = (shop: string) =>
    drill({ title: t('balance.drivenPeople', { shop }), report: change(document, { persons: { driven: shop } }) })
  return (
    <Section flush title={t('balance.driven')} note={t('balance.drivenNote', { days: numberOf(document.touchDays, 7) })}>
      <Figures<Shop>
        rows={result.driven}
        keyOf={({ shop }) => shop}
        columns={[
          { title: t('balance.shop'), cell: ({ shop }) => shop },
          { title: t('balance.orders'), right: true, cell: ({ orders }) => exactNumber(orders) },
          {
            title: t('balance.drivenOrders'),
            right: true,
            cell: ({ shop, driven }) => <PeopleNumber value={driven} onClick={() => open(shop)} />,
          },
          { title: t('balance.drivenRate'), right: true, cell: ({ orders, driven }) => percent(driven, orders) },
          {
            title: t('balance.drivenAmount'),
            right: true,
            cell: ({ drivenAmount }) => <Amount value={drivenAmount} currency={result.currency} />,
          },
        ]}
      />
    </Section>
  )
}
