import { App, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { type Refused, useQuarantine, useReplayAll, useReplayRefused } from '#console/events/queries.ts'
import { type Translate, textOr, useText } from '#console/i18n/i18n.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Section } from '#console/ui/page.tsx'
import { When } from '#console/ui/when.tsx'

export function Quarantine() {
  const { t } = useText()
  const may = useMay()('events.write')
  const held = useQuarantine()
  const [opened, setOpened] = useState<Refused>()
  return (
    <Section flush>
      <DataTable<Refused>
        name="quarantine"
        columns={columns(t)}
        list={wholeList(held)}
        {...(may ? { open: setOpened } : {})}
        tools={may && (held.data?.waiting ?? 0) > 0 && <ReplayAll />}
        empty={<Empty title={t('events.noQuarantine')} hint={t('events.noQuarantineHint')} />}
      />
      <Correct refused={opened} onClose={() => setOpened(undefined)} />
    </Section>
  )
}

/** Once the plan was changed, what fits by now is taken; the rest waits on. */
function ReplayAll() {
  const { t } = useText()
  const replay = useReplayAll()
  const run = useRun()
  const { message } = App.useApp()
  return (
    <Button
      loading={replay.isPending}
      onClick={() =>
        void run(() => replay.mutateAsync(undefined)).then(
          (told) => told && message.info(t('events.replayedAll', { taken: told.accepted + told.duplicates, held: told.held })),
        )
      }
    >
      {t('events.replayAll')}
    </Button>
  )
}

function Correct({ refused, onClose }: { refused: Refused | undefined; onClose: () => void }) {
  const { t } = useText()
  const run = useRun()
  const replay = useReplayRefused()
  const asItIs = async () => {
    if (refused && (await run(() => replay.mutateAsync({ id: refused.id }), t('events.resubmitted')))) onClose()
  }
  return (
    <FormDrawer<{ text: string }>
      title={t('events.fixTitle')}
      open={refused !== undefined}
      onClose={onClose}
      wide
      initial={{ text: JSON.stringify(refused?.event ?? {}, null, 2) }}
      submit={t('events.resubmit')}
      extra={
        <Button loading={replay.isPending} onClick={() => void asItIs()}>
          {t('events.asItIs')}
        </Button>
      }
      onSubmit={async ({ text }) => {
        if (refused) await replay.mutateAsync({ id: refused.id, event: parsed(text) })
      }}
    >
      {refused && (
        <Form.Item required label={t('events.reason')}>
          <span>{reasonText(refused.reason)}</span> {refused.field && <code>{refused.field}</code>}
        </Form.Item>
      )}
      <Form.Item
        name="text"
        required
        label={t('events.content')}
        extra={t('events.fixHint')}
        rules={[
          {
            validator: (_rule, text: string) => (parsed(text) ? Promise.resolve() : Promise.reject(new Error(t('events.notJson')))),
          },
        ]}
      >
        <Input.TextArea className="code-field" autoSize={{ minRows: 12, maxRows: 28 }} spellCheck={false} />
      </Form.Item>
    </FormDrawer>
  )
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

/** The server keeps `code: message`; known codes are said in the reader's language. */
function reasonText(reason: string): string {
  const [code = '', ...rest] = reason.split(': ')
  return textOr(`events.reasons.${code}`, rest.join(': ') || reason)
}

const columns = (t: Translate): Column<Refused>[] => [
  { key: 'event', title: t('events.event'), width: 180, render: (row) => <code>{nameOf(row.event) ?? '—'}</code> },
  {
    key: 'reason',
    title: t('events.reason'),
    width: 380,
    phone: 'wide',
    render: (row) => <span title={row.reason}>{reasonText(row.reason)}</span>,
  },
  { key: 'field', title: t('events.field'), width: 140, phone: 'note', render: (row) => row.field && <code>{row.field}</code> },
  { key: 'at', title: t('events.receivedAt'), width: 130, phone: 'aside', render: (row) => <When at={row.receivedAt} /> },
]

function nameOf(event: unknown): string | undefined {
  if (typeof event !== 'object' || event === null || !('event' in event)) return undefined
  return typeof event.event === 'string' ? event.event : undefined
}
