import { PlusOutlined } from '@ant-design/icons'
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router'
import { Button, Skeleton, Switch } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { ChannelForm, type Editing } from '#console/channels/channel-form.tsx'
import { useChannels, useDeleteChannel, useSaveChannel } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { Count } from '#console/ui/count.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { MoreMenu } from '#console/ui/more-menu.tsx'
import { Page, Row, Section } from '#console/ui/page.tsx'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { Channel } from '#growth/channels/schema.ts'

const route = getRouteApi('/app/channels')

/** The tree of where customers come from. */
export function ChannelsPage() {
  const { t } = useText()
  const { archived } = route.useSearch()
  const navigate = useNavigate({ from: '/channels' })
  const channels = useChannels()
  const [editing, setEditing] = useState<Editing>()
  const all = channels.data?.items ?? []
  const shown = all.filter((channel) => archived === 'yes' || !channel.archived)
  const hasArchived = all.some((channel) => channel.archived)
  return (
    <Page
      title={t('channels.title')}
      note={t('channels.note')}
      actions={
        <>
          {hasArchived && (
            <Row>
              <Switch
                size="small"
                checked={archived === 'yes'}
                aria-label={t('channels.showArchived')}
                onChange={(on) => void navigate({ search: { archived: on ? 'yes' : undefined }, replace: true })}
              />
              <span className="note">{t('channels.showArchived')}</span>
            </Row>
          )}
          <Gate permission="channels.write">
            <Button type="primary" icon={<PlusOutlined />} onClick={() => setEditing({})}>
              {t('channels.create')}
            </Button>
          </Gate>
        </>
      }
    >
      <Section flush>
        {channels.error ? (
          <Problem error={channels.error} retry={() => void channels.refetch()} />
        ) : channels.isPending ? (
          <div className="table-wait">
            <Skeleton active />
          </div>
        ) : shown.length === 0 ? (
          <Empty title={t('channels.none')} hint={t('channels.noneHint')} />
        ) : (
          <Tree channels={shown} edit={setEditing} />
        )}
      </Section>
      <ChannelForm editing={editing} onClose={() => setEditing(undefined)} />
    </Page>
  )
}

function Tree({ channels, edit }: { channels: Channel[]; edit: (editing: Editing) => void }) {
  const { t } = useText()
  const depths = new Map<string, number>()
  for (const { id, parentId } of channels) depths.set(id, parentId === null ? 0 : (depths.get(parentId) ?? -1) + 1)
  const below = (id: string): string[] => [id, ...channels.filter(({ parentId }) => parentId === id).flatMap((one) => below(one.id))]
  return (
    <PlainScroll>
      <table className="plain-table">
        <thead>
          <tr>
            <th>{t('channels.name')}</th>
            <th>{t('channels.kind')}</th>
            <th>{t('channels.owner')}</th>
            <th className="right">{t('channels.codes')}</th>
            <th className="right">{t('channels.customers')}</th>
            <th>
              <span className="unseen">{t('channels.edit')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {channels.map((channel) => (
            <tr key={channel.id}>
              <td>
                <span
                  className="tree-name"
                  style={{ paddingInlineStart: (depths.get(channel.id) ?? 0) * 24 }}
                  title={channel.note ?? undefined}
                >
                  <button type="button" className="opener" onClick={() => edit({ channel })}>
                    {channel.name}
                  </button>
                  {channel.archived && <Badge tone="quiet">{t('channels.archived')}</Badge>}
                </span>
              </td>
              <td>{t(`channels.kinds.${channel.kind}`)}</td>
              <td>{channel.owner?.name ?? <span className="mute">—</span>}</td>
              <td className="right">
                {channel.codes > 0 ? (
                  <Link to="/live-codes" search={{ channel: channel.id }} title={t('channels.seeCodes')}>
                    <Count value={channel.codes} />
                  </Link>
                ) : (
                  <span className="mute">0</span>
                )}
              </td>
              <td className="right">
                {channel.customers > 0 ? (
                  <Link to="/customers" search={{ channels: below(channel.id).join(',') }} title={t('channels.seeCustomers')}>
                    <Count value={channel.customers} />
                  </Link>
                ) : (
                  <span className="mute">0</span>
                )}
              </td>
              <td className="right">
                <Menu channel={channel} edit={edit} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </PlainScroll>
  )
}

function Menu({ channel, edit }: { channel: Channel; edit: (editing: Editing) => void }) {
  const { t } = useText()
  const may = useMay()
  const run = useRun()
  const confirm = useConfirm()
  const save = useSaveChannel()
  const drop = useDeleteChannel()
  if (!may('channels.write')) return null
  const remove = () =>
    confirm({
      title: `${t('channels.delete')}「${channel.name}」`,
      effect: t('channels.deleteEffect'),
      act: t('ui.delete'),
      danger: true,
      run: () => drop.mutateAsync(channel.id),
    })
  const archive = () => run(() => save.mutateAsync({ id: channel.id, archived: !channel.archived }))
  return (
    <MoreMenu
      of={channel.name}
      items={[
        { key: 'edit', label: t('ui.edit'), onClick: () => edit({ channel }) },
        { key: 'below', label: t('channels.addBelow'), onClick: () => edit({ below: channel.id }) },
        { key: 'archive', label: t(channel.archived ? 'channels.restore' : 'channels.archive'), onClick: archive },
        { key: 'delete', label: t('ui.delete'), danger: true, onClick: remove },
      ]}
    />
  )
}
