import { timesText } from '#console/economics/payback.tsx'
import { useText } from '#console/i18n/i18n.ts'
import type { Document } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import type { Drill } from '#console/reports/result.tsx'
import { exactMoney, exactNumber, minorDigits, percent } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { SendingEffect } from '#insight/effects/schema.ts'
import type { EffectResult } from '#insight/reports/effect/schema.ts'

type Of = 'touched' | 'visited' | 'bought' | 'refunded' | 'left'

/** What people did after they were touched; each number opens them. `touchedAs` says how a touch is called here. */
export function EffectFigures(props: {
  result: Omit<EffectResult, 'persons'>
  document: Document
  drill: (drill: Drill) => void
  touchedAs: 'touched' | 'entered' | 'met'
  leaveHours: number
  reach?: SendingEffect['reach']
  /** What it cost, and what is left; only a message or a journey has one. */
  worth?: Pick<SendingEffect, 'cost' | 'gain' | 'roi'>
}) {
  const { t } = useText()
  const { result, document, drill, touchedAs, leaveHours, reach, worth } = props
  const { touched, bought, orders, gross, net, paidByAll, currency, open } = result
  const money = (value: number) => majorText(value, currency)
  const people = (of: Of, name: string, whole?: number) => (
    <Stat
      name={name}
      value={
        <>
          <PeopleNumber value={result[of]} onClick={() => drill({ title: name, report: { ...document, persons: { of } } })} />{' '}
          {whole !== undefined && result[of] > 0 && <span className="note">{percent(result[of], whole)}</span>}
        </>
      }
    />
  )
  const still = Math.max(open.visit, open.buy, open.leave)
  return (
    <Stack>
      <Stats>
        {people('touched', t(`outbound.effects.${touchedAs}`))}
        {people('visited', t('outbound.effects.visited'), touched)}
        {people('bought', t('outbound.effects.bought'), touched)}
        {people('refunded', t('outbound.effects.refunded'), bought)}
        {people('left', t('outbound.effects.left', { hours: leaveHours }), touched)}
      </Stats>
      <Stats>
        {reach && reach.wished > 0 && (
          <Stat
            name={t('outbound.effects.reach')}
            hint={t('outbound.effects.reachHint', { delivered: exactNumber(reach.delivered), wished: exactNumber(reach.wished) })}
            value={percent(reach.delivered, reach.wished)}
          />
        )}
        <Stat name={t('outbound.effects.orders')} value={exactNumber(orders)} />
        <Stat name={t('outbound.effects.gross')} value={money(gross)} />
        <Stat name={t('outbound.effects.net')} value={money(net)} />
        <Stat
          name={t('outbound.effects.contribution')}
          hint={t('outbound.effects.contributionHint', { all: money(paidByAll) })}
          value={paidByAll > 0 ? percent(gross, paidByAll) : '—'}
        />
      </Stats>
      {worth && <Worth {...worth} currency={currency} />}
      {still > 0 && <p className="note">{t('outbound.effectOpen', { count: exactNumber(still) })}</p>}
    </Stack>
  )
}

/** Net of refunds less cost, and that by the cost. */
function Worth({ cost, gain, roi, currency }: Pick<SendingEffect, 'cost' | 'gain' | 'roi'> & { currency: string }) {
  const { t } = useText()
  if (!cost) return <p className="note">{t('outbound.cost.none')}</p>
  return (
    <Stats>
      <Stat
        name={t('outbound.cost.cost')}
        hint={cost.items
          .map(({ kind, amountMinor }) => `${t(`economics.spendKinds.${kind}`)} ${exactMoney(amountMinor, cost.currency)}`)
          .join(' · ')}
        value={exactMoney(cost.totalMinor, cost.currency)}
      />
      <Stat
        name={t('outbound.cost.gain')}
        hint={t(gain === null ? 'outbound.cost.otherCurrency' : 'outbound.cost.gainHint')}
        value={gain === null ? '—' : majorText(gain, currency)}
      />
      <Stat name={t('outbound.cost.roi')} hint={t('outbound.cost.roiHint')} value={timesText(roi)} />
    </Stats>
  )
}

/** Reports give major units; all money of one table has the same digits. */
const majorText = (value: number, currency: string): string => exactMoney(Math.round(value * 10 ** minorDigits(currency)), currency)
