import type { BalanceProps } from '#console/balance/balance-result.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { change, numberOf } from '#console/reports/document.ts'
import { PeopleNumber } from '#console/reports/people-number.tsx'
import { exactNumber, percent } from '#console/ui/format.ts'
import { Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'

/** Whether who was brought in buys again more often, and why that alone proves nothing. */
export function Repeats({ document, result, drill }: BalanceProps) {
  const { t } = useText()
  const { repeat } = result
  const people = (title: string, persons: object) => drill({ title, report: change(document, { persons }) })
  const rows = [
    { key: 'brought', brought: true, side: repeat.brought, all: 'brought', again: 'broughtRepeated' },
    { key: 'notBrought', brought: false, side: repeat.not, all: 'not', again: 'notRepeated' },
  ] as const
  return (
    <Section
      flush
      title={t('balance.repeats')}
      note={t('balance.repeatsNote', { days: numberOf(document.repeatDays, 90), open: exactNumber(repeat.open) })}
    >
      <PlainScroll>
        <table className="plain-table">
          <thead>
            <tr>
              <th scope="col">{t('balance.side')}</th>
              {(['buyers', 'repeated', 'repeatRate'] as const).map((column) => (
                <th key={column} scope="col" className="right">
                  {t(`balance.${column}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(({ key, brought, side, all, again }) => (
              <tr key={key}>
                <th scope="row">{t(`balance.${key}`)}</th>
                <td className="right">
                  <PeopleNumber value={side.buyers} onClick={() => people(t(`balance.repeatPeople.${all}`), { brought })} />
                </td>
                <td className="right">
                  <PeopleNumber
                    value={side.repeated}
                    onClick={() => people(t(`balance.repeatPeople.${again}`), { brought, repeated: true })}
                  />
                </td>
                <td className="right figure">{percent(side.repeated, side.buyers)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </PlainScroll>
      <p className="note sheet-foot">
        {repeat.difference !== null &&
          t('balance.difference', {
            difference: points(repeat.difference),
            low: points(repeat.low ?? 0),
            high: points(repeat.high ?? 0),
          })}{' '}
        {t('balance.caveat')}
      </p>
      <Trial {...{ document, result, drill }} />
    </Section>
  )
}

/** With some held out of the message the difference is the message's own. */
function Trial({ result }: BalanceProps) {
  const { t } = useText()
  const { reached, heldOut, difference, low, high } = result.trial
  if (heldOut.buyers === 0) return null
  const side = ({ buyers, repeated }: typeof reached) => ({ rate: percent(repeated, buyers), count: exactNumber(buyers) })
  return (
    <p className="sheet-foot">
      <strong>{t('balance.trial')}</strong> {t('balance.trialReached', side(reached))} · {t('balance.trialHeldOut', side(heldOut))}{' '}
      {difference !== null && t('balance.difference', { difference: points(difference), low: points(low ?? 0), high: points(high ?? 0) })}
    </p>
  )
}

/** Shares differ by points, not by per cent of each other. */
const points = (value: number): string => `${value < 0 ? '−' : '+'}${(Math.abs(value) * 100).toFixed(1)}`
