import { useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { get, remove } from '#console/api/client.ts'
import { useSaveChannel } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useConfirm } from '#console/ui/confirm.tsx'
import { Gate } from '#console/ui/gate.tsx'
import type { LiveCode } from '#growth/live-codes/schema.ts'
import type { WasteItem } from '#insight/reports/waste/schema.ts'

/** Codes send everybody off duty, channels go into the archive; what is no object of ours cannot be paused here. */
export function PauseAction({ item }: { item: WasteItem }) {
  if (item.object === null) return null
  if (item.kind === 'live_code')
    return (
      <Gate permission="live_codes.write">
        <PauseCode id={item.object} name={item.name} />
      </Gate>
    )
  if (item.kind !== 'channel') return null
  return (
    <Gate permission="channels.write">
      <ArchiveChannel id={item.object} name={item.name} />
    </Gate>
  )
}

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
  return (
    <Button size="small" onClick={() => void pause()}>
      {t('waste.pause')}
    </Button>
  )
}

function ArchiveChannel({ id, name }: { id: string; name: string }) {
  const { t } = useText()
  const { message } = App.useApp()
  const confirm = useConfirm()
  const save = useSaveChannel()
  return (
    <Button
      size="small"
      onClick={() =>
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
      }
    >
      {t('waste.archive')}
    </Button>
  )
}
