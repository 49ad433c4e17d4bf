import { type ReactNode, useState } from 'react'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import { type Brought, type Met, metIn } from '#console/journeys/brought.ts'
import { BroughtFields } from '#console/journeys/brought-fields.tsx'
import { HappensChoice } from '#console/journeys/happens-choice.tsx'
import { reasonWords, TurnList } from '#console/journeys/people.tsx'
import { useDryRun } from '#console/journeys/queries.ts'
import { type StepWords, useStepWords } from '#console/journeys/words.ts'
import { AttachmentView } from '#console/live-codes/welcome-preview.tsx'
import { Field } from '#console/reports/fields.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { Facts, Stack } from '#console/ui/page.tsx'
import type { Definition } from '#operation/journeys/definition.ts'
import type { DryRun } from '#operation/journeys/schema.ts'

/** One customer's way through the drawing as it is now: what would be said, and when. */
export function DryRunView({ drawing, journey }: { drawing: Definition; journey: string }) {
  const { t } = useText()
  const words = useStepWords(drawing)
  const [customer, setCustomer] = useState<string>()
  const [happens, setHappens] = useState<Met>({})
  const [entry, setEntry] = useState<Brought>({})
  const run = useDryRun({ draft: drawing, journey, customer, happens: metIn(drawing, happens), entry })
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
          {({ turns, effects, trials, end }) => (
            <>
              <Facts
                items={[
                  { name: t('journeys.simulateEnds'), value: reasonWords(end, t) },
                  ...(trials.length > 0
                    ? [{ name: t('experiments.onThis'), value: <Drawn trials={trials} drawing={drawing} words={words} /> }]
                    : []),
                ]}
              />
              <TurnList
                turns={turns}
                steps={drawing.steps}
                words={words}
                said={(step, turn) => saidView(effects.find((one) => one.step === step && one.at === turns[turn]?.at))}
              />
            </>
          )}
        </Awaited>
      )}
    </Stack>
  )
}

/** What the customer, or their colleague, would see of it. */
function saidView(effect: DryRun['effects'][number] | undefined): ReactNode {
  if (!effect || effect.attachments.length === 0) return effect?.text
  return (
    <div className="journey-said">
      {effect.text && <span>{effect.text}</span>}
      {effect.attachments.map((attachment, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: attachments have no identity but their place
        <AttachmentView key={index} attachment={attachment} />
      ))}
    </div>
  )
}

/** What trials deal this person out, at the door and at the steps they come to. */
function Drawn({ trials, drawing, words }: { trials: DryRun['trials']; drawing: Definition; words: StepWords }) {
  const { t } = useText()
  return (
    <Stack tight>
      {trials.map(({ step, experiment, variant }) => {
        const at = drawing.steps.find(({ id }) => id === step)
        const what = variant ?? t(step === null ? 'journeys.trials.outside' : 'journeys.trials.held')
        return (
          <span key={step ?? ''}>
            {at ? `${words.of(at)} · ` : ''}
            {t('journeys.trials.drawn', { name: experiment?.name ?? t('journeys.trials.control'), what })}
          </span>
        )
      })}
    </Stack>
  )
}
