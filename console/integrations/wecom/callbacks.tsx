import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { type Callback, useCallbacks, useReplayCallback } from '#console/integrations/wecom/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Gate } from '#console/ui/gate.tsx'
import { Facts, Section, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

const states = ['waiting', 'done', 'ignored', 'dead'] as const

/** What WeCom told us, as it came, with what became of it. */
export function Callbacks(props: { id: string; state: string | undefined; onState: (state: string | undefined) => void }) {
  const { t } = useText()
  const run = useRun()
  const list = useCallbacks(props.id, { state: props.state })
  const replay = useReplayCallback(props.id)
  const [opened, setOpened] = useState<Callback>()
  const again = async () => {
    if (!opened) return
    await run(() => replay.mutateAsync(opened.id), t('wecom.replayed'))
    setOpened(undefined)
  }
  return (
    <Section flush>
      <DataTable<Callback>
        name="callbacks"
        columns={columns(t)}
        list={list}
        open={setOpened}
        tools={
          <Segmented
            value={props.state ?? 'all'}
            onChange={(state) => props.onState(state === 'all' ? undefined : state)}
            options={[
              { value: 'all', label: t('ui.all') },
              ...states.map((state) => ({ value: state, label: t(`wecom.callbackStates.${state}`) })),
            ]}
          />
        }
        empty={
          props.state ? (
            <Empty title={t('wecom.noneInState')} />
          ) : (
            <Empty title={t('wecom.noCallbacks')} hint={t('wecom.noCallbacksHint')} />
          )
        }
      />
      <SideSheet
        title={opened && typeName(opened.type)}
        open={opened !== undefined}
        onClose={() => setOpened(undefined)}
        actions={
          opened &&
          opened.state !== 'waiting' && (
            <Gate permission="wecom.write">
              <Button type={opened.state === 'dead' ? 'primary' : 'default'} loading={replay.isPending} onClick={() => void again()}>
                {t('wecom.replay')}
              </Button>
            </Gate>
          )
        }
      >
        {opened && <Shown callback={opened} />}
      </SideSheet>
    </Section>
  )
}

function Shown({ callback }: { callback: Callback }) {
  const { t } = useText()
  return (
    <Stack>
      <Facts
        items={[
          { name: t('wecom.state.name'), value: <StateBadge state={callback.state} /> },
          ...(callback.error ? [{ name: t('wecom.reason'), value: `${callback.error.message} (${callback.error.code})` }] : []),
          { name: t('wecom.type'), value: <code>{callback.type}</code> },
          { name: t('wecom.at'), value: <When at={callback.receivedAt} /> },
          { name: t('wecom.processedAt'), value: <When at={callback.processedAt} /> },
          {
            name: t('wecom.attempts'),
            value: callback.repeats > 0 ? `${callback.attempts} · ${t('wecom.repeats', { count: callback.repeats })}` : callback.attempts,
          },
          { name: t('wecom.requestId'), value: callback.requestId && <CopyId value={callback.requestId} /> },
        ]}
      />
      <div>
        <p className="note">{t('wecom.raw')}</p>
        <pre className="code">{callback.body.replaceAll('><', '>\n<')}</pre>
      </div>
    </Stack>
  )
}

const tones = { waiting: 'waiting', done: 'good', ignored: 'quiet', dead: 'bad' } as const

const StateBadge = ({ state }: { state: string }) => (
  <Badge tone={tones[state as keyof typeof tones] ?? 'plain'}>{textOr(`wecom.callbackStates.${state}`, state)}</Badge>
)

/** Types have dots in them, which a key of the catalogue may not have. */
const typeName = (type: string): string => textOr(`wecom.types.${type.replaceAll('.', '_')}`, type)

const columns = (t: Translate): Column<Callback>[] => [
  { key: 'type', title: t('wecom.type'), width: 200, render: (row) => <span title={row.type}>{typeName(row.type)}</span> },
  {
    key: 'state',
    title: t('wecom.state.name'),
    width: 260,
    phone: 'aside',
    render: (row) => (
      <span title={row.error?.message}>
        <StateBadge state={row.state} /> {row.error && <span className="note">{row.error.message}</span>}
      </span>
    ),
  },
  { key: 'who', title: t('wecom.who'), width: 280, phone: 'wide', render: (row) => <code>{row.lane}</code> },
  { key: 'attempts', title: t('wecom.attempts'), width: 90, right: true, phone: 'none', render: (row) => row.attempts },
  { key: 'at', title: t('wecom.at'), width: 130, phone: 'note', render: (row) => <When at={row.receivedAt} /> },
]
