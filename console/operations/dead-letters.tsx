import { Link } from '@tanstack/react-router'
import { Button, Segmented } from 'antd'
import { useState } from 'react'
import { useMay } from '#console/api/session.ts'
import { useEventTitle } from '#console/events/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { consumerName } from '#console/operations/findings.ts'
import { useDeadLetters, useGiveUpLetters, useReplayLetters } from '#console/operations/queries.ts'
import { useConfirm, useRun } from '#console/ui/confirm.tsx'
import { CopyId } from '#console/ui/copy-id.tsx'
import { type Column, DataTable } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Gate } from '#console/ui/gate.tsx'
import { Json } from '#console/ui/json.tsx'
import { Facts, Section, Stack } from '#console/ui/page.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { When } from '#console/ui/when.tsx'
import type { DeadLetter } from '#platform/operations/schema.ts'

const states = ['waiting', 'replayed', 'all'] as const

export function DeadLetters({ state, onState }: { state: string; onState: (state: string) => void }) {
  const { t } = useText()
  const may = useMay()('operations.write')
  const titleOf = useEventTitle()
  const list = useDeadLetters(state)
  const [selected, setSelected] = useState<string[]>([])
  const [opened, setOpened] = useState<DeadLetter>()
  const acts = useActs(() => {
    setSelected([])
    setOpened(undefined)
  })
  return (
    <Section flush>
      <DataTable<DeadLetter>
        name="dead-letters"
        columns={columns(t, titleOf)}
        list={list}
        open={setOpened}
        tools={
          <Segmented
            value={state}
            onChange={(next) => {
              setSelected([])
              onState(next)
            }}
            options={states.map((value) => ({ value, label: t(`operations.letterStates.${value}`) }))}
          />
        }
        selection={
          may
            ? {
                ids: selected,
                onChange: setSelected,
                actions: (
                  <>
                    <Button size="small" loading={acts.busy} onClick={() => void acts.replay(selected)}>
                      {t('operations.replayMany')}
                    </Button>
                    <Button size="small" danger onClick={() => acts.giveUp(selected)}>
                      {t('operations.giveUp')}
                    </Button>
                  </>
                ),
              }
            : undefined
        }
        empty={<Empty title={t('operations.noLetters')} hint={t('operations.noLettersHint')} />}
      />
      <SideSheet
        title={opened && titleOf(opened.event.name)}
        open={opened !== undefined}
        onClose={() => setOpened(undefined)}
        actions={
          opened &&
          !opened.replayedAt && (
            <Gate permission="operations.write">
              <Button danger onClick={() => acts.giveUp([opened.id])}>
                {t('operations.giveUp')}
              </Button>
              <Button type="primary" loading={acts.busy} onClick={() => void acts.replay([opened.id])}>
                {t('operations.replay')}
              </Button>
            </Gate>
          )
        }
      >
        {opened && <Letter letter={opened} />}
      </SideSheet>
    </Section>
  )
}

function useActs(done: () => void) {
  const { t } = useText()
  const run = useRun()
  const confirm = useConfirm()
  const replay = useReplayLetters()
  const giveUp = useGiveUpLetters()
  return {
    busy: replay.isPending,
    replay: async (ids: string[]) => {
      const result = await run(() => replay.mutateAsync(ids))
      if (!result) return
      done()
      const { done: count, failed } = result
      await run(() => Promise.resolve(), failed === 0 ? t('operations.replayed') : t('operations.replayedSome', { done: count, failed }))
    },
    giveUp: (ids: string[]) =>
      confirm({
        title: t('operations.giveUpTitle', { count: exactNumber(ids.length) }),
        effect: t('operations.giveUpEffect'),
        act: t('operations.giveUp'),
        danger: true,
        run: () => giveUp.mutateAsync(ids).then(done),
      }),
  }
}

function Letter({ letter }: { letter: DeadLetter }) {
  const { t } = useText()
  return (
    <Stack>
      <Facts
        items={[
          { name: t('operations.reason'), value: letter.message },
          { name: t('operations.who'), value: consumerName(letter.consumer) },
          { name: t('operations.customer'), value: letter.customerId && <CustomerLink id={letter.customerId} /> },
          { name: t('operations.tries'), value: exactNumber(letter.attempts) },
          { name: t('operations.failedAt'), value: <When at={letter.failedAt} /> },
          ...(letter.replayedAt ? [{ name: t('operations.replayed'), value: <When at={letter.replayedAt} /> }] : []),
        ]}
      />
      <div>
        <p className="note">
          {t('operations.content')} · <When at={letter.event.at} />
        </p>
        <Json value={letter.event.properties} />
      </div>
      <CopyId value={letter.event.id} />
    </Stack>
  )
}

const CustomerLink = ({ id }: { id: string }) => (
  <Link to="/customers/$customerId" params={{ customerId: id }}>
    <code>{id}</code>
  </Link>
)

const columns = (t: Translate, titleOf: (name: string) => string): Column<DeadLetter>[] => [
  {
    key: 'event',
    title: t('operations.event'),
    width: 180,
    render: (row) => <span title={row.event.name}>{titleOf(row.event.name)}</span>,
  },
  {
    key: 'reason',
    title: t('operations.reason'),
    width: 360,
    phone: 'wide',
    render: (row) => <span title={row.message}>{row.message}</span>,
  },
  { key: 'who', title: t('operations.who'), width: 160, phone: 'note', render: (row) => consumerName(row.consumer) },
  { key: 'tries', title: t('operations.tries'), width: 90, right: true, phone: 'none', render: (row) => exactNumber(row.attempts) },
  { key: 'at', title: t('operations.failedAt'), width: 130, phone: 'aside', render: (row) => <When at={row.failedAt} /> },
]
