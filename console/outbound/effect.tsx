import { Select } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { useEffectOf } from '#console/outbound/queries.ts'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import type { Drill } from '#console/reports/result.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { currencySign, exactNumber, percent } from '#console/ui/format.ts'
import { Section, Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { SendingEffect } from '#insight/effects/schema.ts'

const visitChoices = [24, 72, 168] as const
const buyChoices = [24, 72, 168, 336] as const

/** What people did after a message: came, bought, deleted; each number opens them. */
export function EffectBox({ of, id, note }: { of: 'messages' | 'journeys'; id: string; note: string }) {
  const { t } = useText()
  const [hours, setHours] = useState({ visitHours: 24, buyHours: 168 })
  const [drill, setDrill] = useState<Drill>()
  const read = useEffectOf(`${of}/${id}`, hours)
  return (
    <Section
      title={t('outbound.effect')}
      note={note}
      actions={
        <>
          <HoursChoice
            name={t('outbound.visitWithin')}
            value={hours.visitHours}
            choices={visitChoices}
            onChange={(visitHours) => setHours({ ...hours, visitHours })}
          />
          <HoursChoice
            name={t('outbound.buyWithin')}
            value={hours.buyHours}
            choices={buyChoices}
            onChange={(buyHours) => setHours({ ...hours, buyHours })}
          />
        </>
      }
    >
      <Awaited read={read}>{(found) => <Figures found={found} drill={setDrill} />}</Awaited>
      {drill && <PeopleDrawer asked={drill} onClose={() => setDrill(undefined)} />}
    </Section>
  )
}

function HoursChoice(props: { name: string; value: number; choices: readonly number[]; onChange: (hours: number) => void }) {
  const { t } = useText()
  return (
    <Select
      aria-label={props.name}
      value={props.value}
      popupMatchSelectWidth={false}
      options={props.choices.map((hours) => ({
        value: hours,
        label: `${props.name} ${hours < 72 ? t('outbound.hours', { hours }) : t('outbound.inDays', { days: hours / 24 })}`,
      }))}
      onChange={props.onChange}
    />
  )
}

type Of = 'touched' | 'visited' | 'bought' | 'left'

function Figures({ found, drill }: { found: SendingEffect; drill: (drill: Drill) => void }) {
  const { t } = useText()
  const { touched, orders, gross, net, paidByAll, currency, open, report, reach, from } = found
  const money = (value: number) => `${currencySign(currency)}${exactNumber(value)}`
  const people = (of: Of) => {
    const name = t(of === 'touched' && from === 'entered' ? 'outbound.effects.entered' : `outbound.effects.${of}`)
    const asked = { ...report, type: 'effect' as const, persons: { of } }
    const share = of === 'touched' ? '' : percent(found[of], touched)
    return (
      <Stat
        name={name}
        value={
          found[of] === 0 ? (
            '0'
          ) : (
            <>
              <button type="button" className="number-button" onClick={() => drill({ title: name, report: asked })}>
                {exactNumber(found[of])}
              </button>{' '}
              <span className="note">{share}</span>
            </>
          )
        }
      />
    )
  }
  const still = Math.max(open.visit, open.buy, open.leave)
  return (
    <Stack>
      <Stats>
        {people('touched')}
        {people('visited')}
        {people('bought')}
        {people('left')}
      </Stats>
      <Stats>
        {reach.wished > 0 && (
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
      {still > 0 && <p className="note">{t('outbound.effectOpen', { count: exactNumber(still) })}</p>}
    </Stack>
  )
}
