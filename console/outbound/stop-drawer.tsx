import { StopOutlined } from '@ant-design/icons'
import { Button, Form, Input, Radio } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useCorps } from '#console/integrations/wecom/queries.ts'
import { useStop, useStopLook } from '#console/outbound/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Stat, Stats } from '#console/ui/stat.tsx'
import type { StopInput } from '#operation/outbound/schema.ts'

type What = StopInput['what']
interface Values {
  /** `company`, or the id of a corp. */
  scope: string
  why?: string
}

const everything = 'company'
const whatOf = (scope: string): What => (scope === everything ? { scope: everything } : { scope: 'corp', corpId: scope })

/** Stops everything, one corp or one message, after a look at what that holds back and what left already. */
export function StopButton({ messageId }: { messageId?: string }) {
  const { t } = useText()
  const stop = useStop()
  const may = useMay()('messages.stop')
  const [open, setOpen] = useState(false)
  if (!may) return null
  const whatFor = ({ scope }: Pick<Values, 'scope'>): What => (messageId ? { scope: 'source', messageId } : whatOf(scope))
  return (
    <>
      <Button danger icon={<StopOutlined />} onClick={() => setOpen(true)}>
        {t('outbound.stop')}
      </Button>
      <FormDrawer<Values>
        title={t(messageId ? 'outbound.stopOneTitle' : 'outbound.stopTitle')}
        open={open}
        onClose={() => setOpen(false)}
        initial={{ scope: everything }}
        submit={t('outbound.stop')}
        danger
        onSubmit={({ why = '', ...values }) => stop.mutateAsync({ what: whatFor(values), why })}
      >
        <p className="note">{t('outbound.stopEffect')}</p>
        {!messageId && <ScopeField />}
        <Form.Item noStyle shouldUpdate={(before: Values, now: Values) => before.scope !== now.scope}>
          {(form) => (
            <Form.Item>
              <Met what={whatFor({ scope: form.getFieldValue('scope') ?? everything })} />
            </Form.Item>
          )}
        </Form.Item>
        <Form.Item name="why" label={t('outbound.stopWhy')}>
          <Input maxLength={300} />
        </Form.Item>
      </FormDrawer>
    </>
  )
}

function ScopeField() {
  const { t } = useText()
  const may = useMay()('wecom.read')
  return may ? (
    <CorpScopes />
  ) : (
    <Form.Item name="scope" label={t('outbound.stopScope')} required>
      <Radio.Group options={[{ value: everything, label: t('outbound.stopScopes.company') }]} />
    </Form.Item>
  )
}

function CorpScopes() {
  const { t } = useText()
  const corps = useCorps().data?.items ?? []
  return (
    <Form.Item name="scope" label={t('outbound.stopScope')} required>
      <Radio.Group
        vertical
        options={[
          { value: everything, label: t('outbound.stopScopes.company') },
          ...corps.map(({ id, name }) => ({ value: id, label: t('outbound.stopCorp', { name }) })),
        ]}
      />
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
