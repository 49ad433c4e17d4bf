import { Alert, App, Button, Radio } from 'antd'
import { useState } from 'react'
import { CustomerPicker } from '#console/customers/customer-picker.tsx'
import { useText } from '#console/i18n/i18n.ts'
import type { Brought } from '#console/journeys/brought.ts'
import { BroughtFields } from '#console/journeys/brought-fields.tsx'
import { DoorStats } from '#console/journeys/door-stats.tsx'
import { useDoorLook, useLetIn } from '#console/journeys/queries.ts'
import { SegmentPicker } from '#console/journeys/small-fields.tsx'
import { Field } from '#console/reports/fields.tsx'
import { Awaited } from '#console/ui/awaited.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Stat } from '#console/ui/stat.tsx'
import type { Definition } from '#operation/journeys/definition.ts'
import type { DoorLook, Journey } from '#operation/journeys/schema.ts'

/** Lets one customer or a segment into the version that runs, after a look at who comes in and who does not. */
export function LetInSheet({ journey, open, onClose }: { journey: Journey; open: boolean; onClose: () => void }) {
  const { t } = useText()
  return (
    <SideSheet title={t('journeys.letIn.title')} open={open} onClose={onClose}>
      {open && journey.published && <LetIn journey={journey} published={journey.published} onClose={onClose} />}
    </SideSheet>
  )
}

function LetIn({ journey, published, onClose }: { journey: Journey; published: Definition; onClose: () => void }) {
  const { t } = useText()
  const { message } = App.useApp()
  const run = useRun()
  const letIn = useLetIn(journey.id)
  const [whom, setWhom] = useState<'customer' | 'segment'>('customer')
  const [customer, setCustomer] = useState<string>()
  const [segment, setSegment] = useState<string>()
  const [entry, setEntry] = useState<Brought>({})
  const named = whom === 'customer' ? customer && { customers: [customer], entry } : segment && { segment, entry }
  const look = useDoorLook(journey.id, named || undefined)
  const { enters, needsApproval } = look.data ?? { enters: 0, needsApproval: false }
  const submit = () =>
    run(async () => {
      if (!named) return
      const { entered, refused, waiting } = await letIn.mutateAsync(named)
      const rest = refused > 0 ? ` ${t('journeys.letIn.refused', { count: exactNumber(refused) })}` : ''
      if (waiting > 0) message.info(t('journeys.letIn.waits', { count: exactNumber(waiting) }))
      else message.success(t('journeys.letIn.done', { count: exactNumber(entered) }) + rest)
      onClose()
    })
  return (
    <Stack>
      <p className="note">{t('journeys.letIn.note', { version: journey.version })}</p>
      <Radio.Group
        aria-label={t('journeys.letIn.whom')}
        value={whom}
        onChange={({ target }) => setWhom(target.value)}
        options={(['customer', 'segment'] as const).map((value) => ({ value, label: t(`journeys.letIn.${value}`) }))}
      />
      <Field name={t(`journeys.letIn.${whom}`)}>
        {whom === 'customer' ? (
          <CustomerPicker {...(customer ? { value: customer } : {})} onChange={setCustomer} />
        ) : (
          <SegmentPicker label={t('journeys.letIn.segment')} value={segment ?? ''} onChange={setSegment} />
        )}
      </Field>
      <BroughtFields drawing={published} value={entry} onChange={setEntry} />
      {named && <Awaited read={look}>{(seen) => <Door seen={seen} />}</Awaited>}
      <div className="row">
        <Button
          type="primary"
          disabled={!named || enters === 0 || look.isPlaceholderData}
          loading={letIn.isPending}
          onClick={() => void submit()}
        >
          {enters > 0 && named
            ? t(needsApproval ? 'journeys.letIn.ask' : 'journeys.letIn.act', { count: exactNumber(enters) })
            : t('journeys.letIn.title')}
        </Button>
      </div>
    </Stack>
  )
}

function Door({ seen }: { seen: DoorLook }) {
  const { t } = useText()
  return (
    <Stack>
      <DoorStats named={t('journeys.letIn.people')} seen={seen}>
        {seen.lately > 0 && (
          <Stat name={t('journeys.letIn.lately')} hint={t('journeys.letIn.latelyHint')} value={exactNumber(seen.lately)} />
        )}
      </DoorStats>
      {seen.needsApproval && <Alert type="warning" showIcon title={t('journeys.letIn.needsApproval')} />}
    </Stack>
  )
}
