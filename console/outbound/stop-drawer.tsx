import { StopOutlined } from '@ant-design/icons'
import { Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useCorpNames } from '#console/integrations/wecom/queries.ts'
import { JourneyPicker } from '#console/journeys/journey-picker.tsx'
import { useStop, useStopLook } from '#console/outbound/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { StopInput } from '#operation/outbound/schema.ts'

type What = StopInput['what']
/** What the page is about: then only that is stopped. */
type Of = { messageId: string } | { journeyId: string }
interface Values {
  /** `company`, `journey`, or the id of a corp. */
  scope: string
  journey?: string
  why?: string
}

const everything = 'company'
const oneJourney = 'journey'

/** Undefined while the journey is still to be chosen. */
function whatOf({ scope, journey }: Values): What | undefined {
  if (scope === everything) return { scope: everything }
  if (scope === oneJourney) return journey === undefined ? undefined : { scope: 'source', journeyId: journey }
  return { scope: 'corp', corpId: scope }
}

/** Stops everything, one corp, one journey or one message, after a look at what that holds back and what left already. */
export function StopButton({ of }: { of?: Of }) {
  const { t } = useText()
  const may = useMay()('messages.stop')
  const [open, setOpen] = useState(false)
  if (!may) return null
  return (
    <>
      <Button danger icon={<StopOutlined />} onClick={() => setOpen(true)}>
        {t('outbound.stop')}
      </Button>
      <StopDrawer of={of} open={open} onClose={() => setOpen(false)} />
    </>
  )
}

export function StopDrawer({ of, open, onClose }: { of?: Of | undefined; open: boolean; onClose: () => void }) {
  const { t } = useText()
  const stop = useStop()
  const whatFor = (values: Values): What | undefined => (of ? { scope: 'source', ...of } : whatOf(values))
  return (
    <FormDrawer<Values>
      title={t(!of ? 'outbound.stopTitle' : 'journeyId' in of ? 'outbound.stopJourneyTitle' : 'outbound.stopOneTitle')}
      open={open}
      onClose={onClose}
      initial={{ scope: everything }}
      submit={t('outbound.stop')}
      danger
      onSubmit={async ({ why = '', ...values }) => {
        const what = whatFor(values)
        if (what) await stop.mutateAsync({ what, why })
      }}
    >
      {!of && <ScopeFields />}
      <Form.Item noStyle shouldUpdate={(before: Values, now: Values) => before.scope !== now.scope || before.journey !== now.journey}>
        {(form) => {
          const what = whatFor({ scope: form.getFieldValue('scope') ?? everything, journey: form.getFieldValue('journey') })
          return (
            what && (
              <Form.Item>
                <Stack>
                  <p className="note">{t(`outbound.stopEffects.${effectOf(what)}`)}</p>
                  <Met what={what} />
                </Stack>
              </Form.Item>
            )
          )
        }}
      </Form.Item>
      <Form.Item name="why" label={t('outbound.stopWhy')}>
        <Input maxLength={300} />
      </Form.Item>
    </FormDrawer>
  )
}

const effectOf = (what: What) => (what.scope === 'source' ? (what.journeyId === undefined ? 'message' : 'journey') : what.scope)

function ScopeFields() {
  const may = useMay()
  return (
    <>
      <Scopes />
      {may('journeys.read') && (
        <Form.Item noStyle shouldUpdate={(before: Values, now: Values) => before.scope !== now.scope}>
          {(form) => form.getFieldValue('scope') === oneJourney && <JourneyField />}
        </Form.Item>
      )}
    </>
  )
}

function Scopes() {
  const { t } = useText()
  const corps = useCorpNames()
  const may = useMay()('journeys.read')
  return (
    <Form.Item name="scope" label={t('outbound.stopScope')} required>
      <Radio.Group
        vertical
        options={[
          { value: everything, label: t('outbound.stopScopes.company') },
          ...corps.map(({ value, label }) => ({ value, label: t('outbound.stopCorp', { name: label }) })),
          ...(may ? [{ value: oneJourney, label: t('outbound.stopJourney') }] : []),
        ]}
      />
    </Form.Item>
  )
}

function JourneyField() {
  const { t } = useText()
  return (
    <Form.Item name="journey" label={t('outbound.journey')} rules={[{ required: true }]}>
      <JourneyPicker label={t('outbound.journey')} fits={({ version }) => version > 0} />
    </Form.Item>
  )
}

/** What is on its way, and what left already and cannot be called back. */
function Met({ what }: { what: What }) {
  const { t } = useText()
  return (
    <Awaited read={useStopLook(what)} rows={2}>
      {({ held, recalled, gone }) => (
        <Stats>
          <Stat name={t('outbound.stopHeld')} value={exactNumber(held)} />
          <Stat name={t('outbound.stopRecalled')} value={exactNumber(recalled)} />
          <Stat name={t('outbound.stopGone')} hint={t('outbound.stopGoneHint')} value={exactNumber(gone)} />
        </Stats>
      )}
    </Awaited>
  )
}
