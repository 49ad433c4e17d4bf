import { Button, Select } from 'antd'
import { useState } from 'react'
import { Lift } from '#console/experiments/lift.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { CostDrawer } from '#console/outbound/cost-drawer.tsx'
import { EffectFigures } from '#console/outbound/effect-figures.tsx'
import { useEffectOf } from '#console/outbound/queries.ts'
import { PeopleDrawer } from '#console/reports/people-drawer.tsx'
import type { Drill } from '#console/reports/result.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Section, Stack } from '#console/ui/page.tsx'

const visitChoices = [24, 72, 168] as const
const buyChoices = [24, 72, 168, 336] as const

/** What people did after a message: came, bought, deleted; each number opens them. */
export function EffectBox({ of, id, note }: { of: 'messages' | 'journeys'; id: string; note: string }) {
  const { t } = useText()
  const [hours, setHours] = useState({ visitHours: 24, buyHours: 168 })
  const [drill, setDrill] = useState<Drill>()
  const [costing, setCosting] = useState(false)
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
          <Gate permission={`${of}.write`}>
            <Button disabled={!read.data} onClick={() => setCosting(true)}>
              {t('outbound.cost.record')}
            </Button>
          </Gate>
        </>
      }
    >
      <Stack>
        <Awaited read={read}>
          {(found) => (
            <EffectFigures
              result={found}
              document={{ ...found.report, type: 'effect' }}
              drill={setDrill}
              touchedAs={found.from === 'entered' ? 'entered' : 'touched'}
              leaveHours={24}
              reach={found.reach}
              worth={found}
            />
          )}
        </Awaited>
        <Lift of={of} id={id} />
      </Stack>
      {costing && read.data && <CostDrawer of={of} id={id} cost={read.data.cost} onClose={() => setCosting(false)} />}
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
