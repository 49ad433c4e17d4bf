import { type Translate, useText } from '#console/i18n/i18n.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { Amount, shareText } from '#console/trade/amount.tsx'
import { Count } from '#console/ui/count.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { TradeResult, TradeTotals } from '#insight/reports/trade/schema.ts'

/** Each with its change against the period before or a year ago; people open by a click. */
export function KeyFigures({ document, result, drill }: ResultProps<TradeResult>) {
  const { t } = useText()
  const { totals, compare, currency } = result
  const against = (key: keyof TradeTotals) => ({ now: totals[key] ?? undefined, before: compare?.[key] ?? undefined })
  const amount = (key: 'paid' | 'net' | 'aov' | 'orderValue' | 'refunded') => <Amount value={totals[key]} currency={currency} />
  const people = (of: 'buyers' | 'new' | 'old' | 'refunded', name: string, count: number) => (
    <button
      type="button"
      className="number-button"
      disabled={count === 0}
      onClick={() => drill({ title: t('trade.peopleOf', { name }), report: { ...document, persons: { of } } })}
    >
      <Count value={count} />
    </button>
  )
  return (
    <>
      <Stats>
        <Stat name={t('trade.paid')} value={amount('paid')} {...against('paid')} />
        <Stat name={t('trade.net')} hint={t('trade.netHint')} value={amount('net')} {...against('net')} />
        <Stat name={t('trade.orders')} value={<Count value={totals.orders} />} {...against('orders')} />
        <Stat name={t('trade.buyers')} value={people('buyers', t('trade.buyers'), totals.buyers)} {...against('buyers')} />
        <Stat name={t('trade.aov')} hint={t('trade.aovHint')} value={amount('aov')} {...against('aov')} />
        <Stat name={t('trade.orderValue')} value={amount('orderValue')} {...against('orderValue')} />
        <Stat name={t('trade.newBuyers')} value={people('new', t('trade.newBuyers'), totals.newBuyers)} {...against('newBuyers')} />
        <Stat name={t('trade.oldBuyers')} value={people('old', t('trade.oldBuyers'), totals.oldBuyers)} {...against('oldBuyers')} />
        <Stat name={t('trade.repurchaseRate')} value={shareText(totals.repurchaseRate)} {...against('repurchaseRate')} rate />
        <Stat
          name={t('trade.existingRate')}
          hint={t('trade.existingHint', { count: exactNumber(totals.existing) })}
          value={shareText(totals.buyersPerExisting)}
          {...against('buyersPerExisting')}
          rate
        />
        <Stat name={t('trade.refundRate')} value={shareText(totals.refundRate)} {...against('refundRate')} rate better="less" />
        <Stat name={t('trade.upt')} hint={t('trade.uptHint')} value={round(totals.upt)} {...against('upt')} />
      </Stats>
      {totals.anonymousOrders > 0 && <p className="note">{anonymousNote(t, totals.anonymousOrders)}</p>}
    </>
  )
}

const round = (value: number | null): string => (value === null ? '—' : String(Math.round(value * 100) / 100))

const anonymousNote = (t: Translate, count: number): string => t('trade.anonymous', { count: exactNumber(count) })
