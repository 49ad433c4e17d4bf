import { Button } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { reasonText, SendState } from '#console/outbound/labels.tsx'
import { useChangeConsent, useConsent, useSends } from '#console/outbound/queries.ts'
import { SendSource } from '#console/outbound/sends.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { Row, Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

/** What a customer was sent and was not, with the reason, and whether they may be written to. */
export function CustomerSends({ customerId }: { customerId: string }) {
  const may = useMay()('messages.read')
  return may ? <Shown customerId={customerId} /> : null
}

function Shown({ customerId }: { customerId: string }) {
  const { t } = useText()
  const list = useSends({ customer: customerId, limit: '20' })
  return (
    <Section title={t('outbound.received')} actions={<ConsentSwitch customerId={customerId} />}>
      {list.rows.length === 0 ? (
        <p className="note">{t('outbound.receivedNone')}</p>
      ) : (
        <ul className="lines">
          {list.rows.map((send) => (
            <li key={send.id}>
              <span className="person-text">
                <span className="person-name">{send.text.slice(0, 40)}</span>
                <span className="note">
                  <SendSource send={send} /> · <When at={send.sentAt ?? send.finishedAt ?? send.createdAt} />
                  {send.reason ? ` · ${reasonText(t, send.reason)}` : ''}
                </span>
              </span>
              <SendState state={send.state} />
            </li>
          ))}
        </ul>
      )}
      {list.more && (
        <Button block loading={list.loadingMore} onClick={list.loadMore}>
          {t('ui.more')}
        </Button>
      )}
    </Section>
  )
}

function ConsentSwitch({ customerId }: { customerId: string }) {
  const { t } = useText()
  const run = useRun()
  const { data } = useConsent(customerId, true)
  const change = useChangeConsent(customerId)
  const may = useMay()('customers.write')
  if (!data) return null
  const { allowed } = data
  return (
    <Row>
      <Badge tone={allowed ? 'good' : 'bad'}>{`${t('outbound.consent')} · ${t(allowed ? 'outbound.allowed' : 'outbound.refused')}`}</Badge>
      {may && (
        <Button size="small" onClick={() => void run(() => change.mutateAsync(!allowed))}>
          {t(allowed ? 'outbound.refuse' : 'outbound.allow')}
        </Button>
      )}
    </Row>
  )
}
