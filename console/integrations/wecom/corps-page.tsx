import { PlusOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { useCorps } from '#console/integrations/wecom/queries.ts'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Page, Section } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { Corp } from '#management/wecom/schema.ts'

export function CorpsPage() {
  const { t } = useText()
  const navigate = useNavigate()
  const corps = useCorps()
  const connect = (
    <Gate permission="wecom.write">
      <Button type="primary" icon={<PlusOutlined />} onClick={() => void navigate({ to: '/wecom/connect' })}>
        {t('wecom.connect')}
      </Button>
    </Gate>
  )
  return (
    <Page title={t('wecom.title')} note={t('wecom.note')} actions={connect}>
      <Section flush>
        <DataTable<Corp>
          name="corps"
          columns={columns(t)}
          list={wholeList(corps)}
          href={(row) => `/wecom/${row.id}`}
          open={(row) => void navigate({ to: '/wecom/$corpId', params: { corpId: row.id } })}
          empty={<Empty title={t('wecom.none')} hint={t('wecom.noneHint')} action={connect} />}
        />
      </Section>
    </Page>
  )
}

const columns = (t: Translate): Column<Corp>[] => [
  { key: 'name', title: t('wecom.corp'), width: 220, render: (row) => row.name },
  { key: 'corpId', title: t('wecom.corpId'), width: 190, phone: 'note', render: (row) => <code>{row.corpId}</code> },
  {
    key: 'state',
    title: t('wecom.state.name'),
    width: 110,
    phone: 'aside',
    render: (row) => <Badge tone={row.state === 'active' ? 'good' : 'quiet'}>{t(`wecom.state.${row.state}`)}</Badge>,
  },
  {
    key: 'callback',
    title: t('wecom.callback'),
    width: 150,
    phone: 'line',
    render: (row) => (
      <Badge tone={row.callbackVerifiedAt ? 'good' : 'waiting'}>{t(row.callbackVerifiedAt ? 'wecom.verified' : 'wecom.notVerified')}</Badge>
    ),
  },
  {
    key: 'last',
    title: t('wecom.lastCallback'),
    width: 140,
    phone: 'line',
    render: (row) => orWords(row.lastCallbackAt, t('wecom.noCallback')),
  },
  { key: 'synced', title: t('wecom.syncedAt'), width: 140, phone: 'line', render: (row) => orWords(row.syncedAt, t('wecom.neverSynced')) },
]

const orWords = (at: string | null, words: string) => (at ? <When at={at} /> : <span className="mute">{words}</span>)
