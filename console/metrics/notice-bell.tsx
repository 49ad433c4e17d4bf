import { BellOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Badge, Button, Popover } from 'antd'
import { useMay, useTenant } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { figureText } from '#console/metrics/figure.ts'
import { type Notice, useMarkSeen, useNotices } from '#console/metrics/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { When } from '#console/ui/when.tsx'
import '#console/metrics/metrics.css'

/** What alerts on metrics said; opening it marks all as read. */
export function NoticeBell() {
  const { t } = useText()
  const may = useMay()('reports.read')
  const notices = useNotices(may)
  const seen = useMarkSeen()
  const items = notices.data?.items ?? []
  const unseen = notices.data?.unseen ?? 0
  if (!may || items.length === 0) return null
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      title={t('metrics.notices')}
      onOpenChange={(open) => open && unseen > 0 && seen.mutate(undefined)}
      content={
        <ul className="notices">
          {items.map((notice) => (
            <Line key={notice.id} notice={notice} />
          ))}
        </ul>
      }
    >
      <Badge count={unseen} size="small" offset={[-6, 6]}>
        <Button type="text" icon={<BellOutlined />} aria-label={t('metrics.noticesUnseen', { count: unseen })} />
      </Badge>
    </Popover>
  )
}

function Line({ notice }: { notice: Notice }) {
  const { t, language } = useText()
  const { currency } = useTenant()
  const { rule } = notice
  return (
    <li>
      <div className="row between">
        <Link to="/metric-dictionary/$metricKey" params={{ metricKey: notice.metric }} search={{}}>
          {notice.name[language]}
        </Link>
        <span className="note">
          <When at={notice.toldAt} />
        </span>
      </div>
      <span className="note">
        {t('metrics.noticeLine', {
          period: notice.periodStart,
          value: figureText(notice.value, notice.unit, notice.unit === 'money' ? currency : undefined, language),
          kind: t(`metrics.alertKinds.${rule.kind}`),
          bound: exactNumber(rule.value),
        })}
      </span>
    </li>
  )
}
