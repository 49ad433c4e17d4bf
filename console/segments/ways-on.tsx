import { DownOutlined } from '@ant-design/icons'
import { useNavigate } from '@tanstack/react-router'
import { Button, Dropdown } from 'antd'
import { useMay } from '#console/api/session.ts'
import type { Drafted } from '#console/experiments/drafted.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useDependents } from '#console/segments/queries.ts'
import type { Segment } from '#insight/segments/schema.ts'

/** From these people to what can be done with them: each form comes filled with what is known here. */
export function WaysOn({ segment }: { segment: Segment }) {
  const { t } = useText()
  const may = useMay()
  const navigate = useNavigate()
  const uses = useDependents(segment.id).data
  const { id, name } = segment
  const experiment = (): Drafted => {
    const [journey] = uses?.journeys ?? []
    const [message] = uses?.messages ?? []
    return {
      name: t('experiments.caused.trialName', { name }).slice(0, 60),
      hypothesis: t('segments.waysOn.hypothesis', { name }),
      thing: message ? { kind: 'message', id: message.id } : { kind: 'journey', id: journey?.id ?? '' },
    }
  }
  const items = [
    ...(may('messages.write')
      ? [{ key: 'message', label: t('segments.waysOn.message'), onClick: () => navigate({ to: '/messages/new', search: { segment: id } }) }]
      : []),
    ...(may('journeys.write')
      ? [{ key: 'journey', label: t('segments.waysOn.journey'), onClick: () => navigate({ to: '/journeys', search: { segment: id } }) }]
      : []),
    ...(may('experiments.write')
      ? [
          {
            key: 'experiment',
            label: t('segments.waysOn.experiment'),
            onClick: () => navigate({ to: '/experiments', search: { draft: JSON.stringify(experiment()) } }),
          },
        ]
      : []),
  ].map((one) => ({ ...one, onClick: () => void one.onClick() }))
  if (items.length === 0) return null
  return (
    <Dropdown trigger={['click']} menu={{ items }}>
      <Button type="primary" icon={<DownOutlined />} iconPlacement="end">
        {t('segments.waysOn.act')}
      </Button>
    </Dropdown>
  )
}
