import { useState } from 'react'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { type Brought, type Met, metIn } from '#console/journeys/brought.ts'
import { BroughtFields } from '#console/journeys/brought-fields.tsx'
import { HappensChoice } from '#console/journeys/happens-choice.tsx'
import { reasonWords, TurnList } from '#console/journeys/people.tsx'
import { useDryRun } from '#console/journeys/queries.ts'
import { useStepWords } from '#console/journeys/words.ts'
import { Field } from '#console/reports/fields.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Facts, Stack } from '#console/ui/page.tsx'
import type { Definition } from '#operation/journeys/definition.ts'

/** One customer's way through the drawing as it is now: what would be said, and when. */
export function DryRunView({ drawing }: { drawing: Definition }) {
  const { t } = useText()
  const words = useStepWords(drawing)
  const [customer, setCustomer] = useState<string>()
  const [happens, setHappens] = useState<Met>({})
  const [entry, setEntry] = useState<Brought>({})
  const run = useDryRun({ draft: drawing, customer, happens: metIn(drawing, happens), entry })
  return (
    <Stack>
      <p className="note">{t('journeys.dryRunNote')}</p>
      <Field name={t('journeys.customer')}>
        <CustomerPicker {...(customer ? { value: customer } : {})} onChange={setCustomer} />
      </Field>
      <BroughtFields drawing={drawing} value={entry} onChange={setEntry} />
      <HappensChoice drawing={drawing} words={words} value={happens} onChange={setHappens} />
      {customer === undefined ? (
        <p className="note">{t('journeys.dryRunChoose')}</p>
      ) : (
        <Awaited read={run}>
          {({ turns, effects, end }) => (
            <>
              <Facts items={[{ name: t('journeys.simulateEnds'), value: reasonWords(end, t) }]} />
              <TurnList
                turns={turns}
                steps={drawing.steps}
                words={words}
                said={(step, at) => effects.find((one) => one.step === step && one.at === at)?.text}
              />
            </>
          )}
        </Awaited>
      )}
    </Stack>
  )
}
