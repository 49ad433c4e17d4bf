import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import type { ReactNode } from 'react'
import { useDeleteLink } from '#console/acquisition-links/queries.ts'
import { get, remove } from '#console/api/client.ts'
import { useSaveChannel } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useTurn } from '#console/journeys/queries.ts'
import { useMessageAct } from '#console/outbound/queries.ts'
import { ButtonLink } from '#console/ui/button-link.tsx'
import { useConfirm } from '#console/ui/confirm.tsx'
import { Gate } from '#console/ui/gate.tsx'
import type { LiveCode } from '#growth/live-codes/schema.ts'
import type { WasteItem } from '#insight/reports/waste/schema.ts'
import type { Permission } from '#management/team/permissions.ts'
import type { Journey } from '#operation/journeys/schema.ts'
import type { MessageDetail } from '#operation/messages/schema.ts'

type Act = (thing: { id: string; name: string }) => ReactNode

/** How each kind is stopped, and what one must be allowed for it. */
const acts: Record<WasteItem['kind'], { permission: Permission; Act: Act } | undefined> = {
  live_code: { permission: 'live_codes.write', Act: PauseCode },
  acquisition_link: { permission: 'acquisition_links.write', Act: DeleteLink },
  channel: { permission: 'channels.write', Act: ArchiveChannel },
  message: { permission: 'messages.write', Act: CancelMessage },
  step: { permission: 'journeys.write', Act: PauseJourney },
  // Told from outside: what runs elsewhere is stopped elsewhere.
  activity: undefined,
}

/** One click to what ends the waste; what is no object of ours any more cannot be paused here. */
export function PauseAction({ item }: { item: WasteItem }) {
  const known = acts[item.kind]
  if (item.object === null || !known) return null
  return (
    <Gate permission={known.permission}>
      <known.Act id={item.object} name={item.name} />
    </Gate>
  )
}

/** Where each kind is looked after; what is known of an activity stands elsewhere. */
const pathOf = {
  live_code: (id) => `/live-codes/${id}`,
  acquisition_link: (id) => `/acquisition-links/${id}`,
  channel: () => '/channels',
  message: (id) => `/messages/${id}`,
  step: (id) => `/journeys/${id}`,
  activity: undefined,
} as const satisfies Record<WasteItem['kind'], ((id: string) => string) | undefined>

/** What cannot be judged yet is looked at, not stopped: who wants to end it all the same finds that on its page. */
export function OpenAction({ item }: { item: WasteItem }) {
  const { t } = useText()
  const path = pathOf[item.kind]
  if (item.object === null || !path) return null
  return (
    <ButtonLink size="small" to={path(item.object)} aria-label={`${t('waste.open')} ${item.name}`}>
      {t('waste.open')}
    </ButtonLink>
  )
}

/** A link cannot be paused at WeCom, only ended. */
function DeleteLink({ id, name }: { id: string; name: string }) {
  const { t } = useText()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const end = useDeleteLink()
  const ask = () =>
    confirm({
      title: t('waste.endTitle', { name }),
      effect: t('waste.endEffect'),
      act: t('waste.end'),
      danger: true,
      run: async () => {
        await end.mutateAsync(id)
        message.success(t('waste.ended'))
      },
    })
  return <ActButton onClick={ask}>{t('waste.end')}</ActButton>
}

/** What was sent cannot be taken back; what is still to be sent can. */
function CancelMessage({ id, name }: { id: string; name: string }) {
  const { t } = useText()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const act = useMessageAct(id)
  const cancel = async () => {
    const { state } = await get<MessageDetail>(`messages/${id}`)
    if (state !== 'scheduled' && state !== 'sending') return void message.info(t('waste.sentAlready'))
    confirm({
      title: t('waste.cancelTitle', { name }),
      effect: t('waste.cancelEffect'),
      act: t('waste.cancel'),
      danger: true,
      run: async () => {
        await act.mutateAsync({ act: 'cancellation' })
        message.success(t('waste.cancelled'))
      },
    })
  }
  return <ActButton onClick={() => void cancel()}>{t('waste.cancel')}</ActButton>
}

/** A step alone cannot stand still: whoever comes to it would wait for ever. */
function PauseJourney({ id, name }: { id: string; name: string }) {
  const { t } = useText()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const turn = useTurn()
  const pause = async () => {
    const { state, name: journey } = await get<Journey>(`journeys/${id}`)
    if (state !== 'running') return void message.info(t('waste.stillAlready', { journey }))
    confirm({
      title: t('waste.pauseJourneyTitle', { journey }),
      effect: t('waste.pauseJourneyEffect', { name }),
      act: t('waste.pause'),
      danger: true,
      run: async () => {
        await turn.mutateAsync({ id, act: 'pause' })
        message.success(t('waste.journeyPaused'))
      },
    })
  }
  return <ActButton onClick={() => void pause()}>{t('waste.pause')}</ActButton>
}

const ActButton = ({ onClick, children }: { onClick: () => void; children: ReactNode }) => (
  <Button size="small" onClick={onClick}>
    {children}
  </Button>
)

function PauseCode({ id, name }: { id: string; name: string }) {
  const { t } = useText()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const client = useQueryClient()
  const pause = async () => {
    const code = await get<LiveCode>(`live-codes/${id}`)
    confirm({
      title: t('waste.pauseTitle', { name }),
      effect: t('waste.pauseEffect', { count: code.employees.length }),
      act: t('waste.pause'),
      danger: true,
      run: async () => {
        for (const one of code.employees) await remove(`live-codes/${id}/employees/${one.employee.id}/duty`)
        await client.invalidateQueries({ queryKey: ['live-codes'] })
        message.success(t('waste.paused'))
      },
    })
  }
  return <ActButton onClick={() => void pause()}>{t('waste.pause')}</ActButton>
}

function ArchiveChannel({ id, name }: { id: string; name: string }) {
  const { t } = useText()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const save = useSaveChannel()
  const ask = () =>
    confirm({
      title: t('waste.archiveTitle', { name }),
      effect: t('waste.archiveEffect'),
      act: t('waste.archive'),
      danger: true,
      run: async () => {
        await save.mutateAsync({ id, archived: true })
        message.success(t('waste.archived'))
      },
    })
  return <ActButton onClick={ask}>{t('waste.archive')}</ActButton>
}
