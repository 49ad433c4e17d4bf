import { ArrowDownOutlined, ArrowUpOutlined } from '@ant-design/icons'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { Button } from 'antd'
import { useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { typeName } from '#console/integrations/wecom/callback-health.tsx'
import { useLog, useReplayCallback } from '#console/integrations/wecom/queries.ts'
import { CopyText } from '#console/integrations/wecom/support.tsx'
import { WhoseFriend } from '#console/integrations/wecom/whose-friend.tsx'
import { useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FilterBar } from '#console/ui/filter-bar.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Facts, Section, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { LogRow } from '#management/wecom/integration-schema.ts'

const route = getRouteApi('/app/wecom/$corpId')

/** What went to WeCom and what came from it, in one list: everything of one request stands together. */
export function Log({ id }: { id: string }) {
  const { t } = useText()
  const { q, way, result, from, to } = route.useSearch()
  const navigate = useNavigate({ from: '/wecom/$corpId' })
  const filter = { q, way, result, from, to }
  const list = useLog(id, filter)
  const [opened, setOpened] = useState<LogRow>()
  const show = (change: object) => void navigate({ search: (search) => ({ ...search, ...change }), replace: true, resetScroll: false })
  const follow = (found: string) => {
    setOpened(undefined)
    show({ q: found, way: undefined, result: undefined, from: undefined, to: undefined })
  }
  return (
    <>
      <FilterBar
        search={t('wecom.log.search')}
        values={filter}
        onChange={show}
        filters={[
          {
            kind: 'choice',
            key: 'way',
            label: t('wecom.log.way'),
            options: (['out', 'in'] as const).map((value) => ({ value, label: t(`wecom.log.ways.${value}`) })),
          },
          {
            kind: 'choice',
            key: 'result',
            label: t('wecom.errcode'),
            options: (['failed', 'waiting', 'ok'] as const).map((value) => ({ value, label: t(`wecom.log.results.${value}`) })),
          },
          { kind: 'dates', from: 'from', to: 'to', label: t('wecom.at') },
        ]}
      />
      <Section flush>
        <DataTable<LogRow>
          name="wecom-log"
          columns={columns(t)}
          list={list}
          open={setOpened}
          empty={
            Object.values(filter).some(Boolean) ? (
              <Empty title={t('wecom.log.noneMatch')} hint={t('wecom.log.kept')} />
            ) : (
              <Empty title={t('wecom.log.none')} hint={t('wecom.noCallbacksHint')} />
            )
          }
        />
      </Section>
      <p className="note">{t('wecom.log.kept')}</p>
      <SideSheet
        title={opened && nameOf(opened)}
        open={opened !== undefined}
        onClose={() => setOpened(undefined)}
        wide={opened?.way === 'in'}
        actions={
          opened && (
            <>
              <CopyText text={supportText(opened)} />
              <Replay id={id} row={opened} onDone={() => setOpened(undefined)} />
            </>
          )
        }
      >
        {opened && <Shown row={opened} onFollow={follow} />}
      </SideSheet>
    </>
  )
}

const nameOf = ({ way, what }: LogRow): string => (way === 'in' ? typeName(what) : what)

function Replay({ id, row, onDone }: { id: string; row: LogRow; onDone: () => void }) {
  const { t } = useText()
  const run = useRun()
  const replay = useReplayCallback(id)
  if (row.way === 'out' || row.result === 'waiting') return null
  const again = async () => {
    await run(() => replay.mutateAsync(row.id.replace('in-', '')), t('wecom.replayed'))
    onDone()
  }
  return (
    <Gate permission="wecom.write">
      <Button type={row.result === 'failed' ? 'primary' : 'default'} loading={replay.isPending} onClick={() => void again()}>
        {t('wecom.replay')}
      </Button>
    </Gate>
  )
}

function Shown({ row, onFollow }: { row: LogRow; onFollow: (found: string) => void }) {
  const { t } = useText()
  const link = (value: string) => (
    <span className="row">
      <CopyId value={value} />
      <Button type="link" size="small" onClick={() => onFollow(value)}>
        {t('wecom.log.follow')}
      </Button>
    </span>
  )
  return (
    <Stack>
      <Facts
        items={[
          { name: t('wecom.log.way'), value: t(`wecom.log.ways.${row.way}`) },
          { name: t('wecom.errcode'), value: <Result row={row} /> },
          ...(row.result === 'checked' ? [{ name: '', value: <span className="note">{t('wecom.log.checkedHint')}</span> }] : []),
          ...(row.message ? [{ name: t('wecom.message'), value: row.message }] : []),
          { name: t(row.way === 'in' ? 'wecom.type' : 'wecom.endpoint'), value: <code>{row.what}</code> },
          { name: t('wecom.at'), value: <When at={row.at} /> },
          { name: t('wecom.milliseconds'), value: took(row) },
          ...(row.attempts === null ? [] : [{ name: t('wecom.attempts'), value: row.attempts }]),
          ...(row.externalUserId ? [{ name: t('wecom.customer'), value: link(row.externalUserId) }] : []),
          ...(row.userId ? [{ name: t('wecom.member'), value: link(row.userId) }] : []),
          ...(row.requestId ? [{ name: t('wecom.requestId'), value: link(row.requestId) }] : []),
        ]}
      />
      {row.body && (
        <div>
          <p className="note">{t('wecom.raw')}</p>
          <pre className="code">{row.body.replaceAll('><', '>\n<')}</pre>
        </div>
      )}
    </Stack>
  )
}

const took = ({ milliseconds }: LogRow): string => (milliseconds === null ? '—' : `${exactNumber(milliseconds)} ms`)

const tones = { ok: 'good', failed: 'bad', waiting: 'waiting', checked: 'quiet' } as const

function Result({ row }: { row: LogRow }) {
  const { t } = useText()
  const words =
    row.result === 'failed' || row.result === 'checked' ? (row.code ?? t('wecom.unreachable')) : t(`wecom.log.results.${row.result}`)
  return <Badge tone={tones[row.result]}>{words}</Badge>
}

const supportText = (row: LogRow): string =>
  [
    `${row.way === 'out' ? 'call' : 'callback'}: ${row.what}`,
    `at: ${row.at}`,
    `result: ${row.result}${row.code ? ` (${row.code})` : ''}`,
    ...(row.message ? [`message: ${row.message}`] : []),
    `took: ${took(row)}`,
    ...(row.attempts === null ? [] : [`tries: ${row.attempts}`]),
    ...(row.externalUserId ? [`external user id: ${row.externalUserId}`] : []),
    ...(row.userId ? [`user id: ${row.userId}`] : []),
    `request id: ${row.requestId ?? '-'}`,
    ...(row.body ? ['', row.body] : []),
  ].join('\n')

/** WeCom's words without the marks that only its support reads; the sheet has them whole. */
const shortened = (message: string): string => message.replace(/,? ?hint:.*$/s, '')

const columns = (t: Translate): Column<LogRow>[] => [
  {
    key: 'what',
    title: t('wecom.log.what'),
    width: 310,
    render: (row) => (
      <span title={row.what}>
        {row.way === 'out' ? (
          <ArrowUpOutlined className="mute" aria-label={t('wecom.log.ways.out')} />
        ) : (
          <ArrowDownOutlined className="mute" aria-label={t('wecom.log.ways.in')} />
        )}{' '}
        {row.way === 'out' ? <code>{row.what}</code> : typeName(row.what)}
      </span>
    ),
  },
  { key: 'result', title: t('wecom.errcode'), width: 100, phone: 'aside', render: (row) => <Result row={row} /> },
  {
    key: 'who',
    title: t('wecom.customer'),
    width: 170,
    phone: 'note',
    render: (row) => <WhoseFriend row={row} />,
  },
  { key: 'member', title: t('wecom.member'), width: 110, phone: 'note', render: (row) => row.employeeName ?? row.userId },
  {
    key: 'message',
    title: t('wecom.message'),
    width: 230,
    phone: 'wide',
    render: (row) => row.message && <span title={row.message}>{shortened(row.message)}</span>,
  },
  { key: 'ms', title: t('wecom.milliseconds'), width: 90, right: true, phone: 'note', render: took },
  {
    key: 'request',
    title: t('wecom.requestId'),
    width: 180,
    phone: 'none',
    hidden: true,
    render: (row) => row.requestId && <code>{row.requestId}</code>,
  },
  { key: 'at', title: t('wecom.at'), width: 120, phone: 'note', render: (row) => <When at={row.at} /> },
]
