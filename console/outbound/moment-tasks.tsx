import { useText } from '#console/i18n/i18n.ts'
import { useMomentTasks } from '#console/outbound/queries.ts'
import { Awaited } from '#console/ui/awaited.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

/** Who was asked to publish a moment: those who have not come first. */
export function MomentTasks({ id, onClose }: { id: string | undefined; onClose: () => void }) {
  const { t } = useText()
  return (
    <SideSheet title={t('outbound.progress')} open={id !== undefined} onClose={onClose}>
      {id && <Tasks id={id} />}
    </SideSheet>
  )
}

function Tasks({ id }: { id: string }) {
  const { t } = useText()
  return (
    <Awaited read={useMomentTasks(id)}>
      {({ items }) =>
        items.length === 0 ? (
          <p className="note">{t('outbound.momentTasksNone')}</p>
        ) : (
          <ul className="lines">
            {items.map(({ employee, userId, publishedAt, likes, comments }) => (
              <li key={userId}>
                <span className="person-text">
                  <span className="person-name">{employee?.name ?? userId}</span>
                  {publishedAt && (
                    <span className="note">
                      <When at={publishedAt} /> · {t('outbound.reactions', { likes, comments })}
                    </span>
                  )}
                </span>
                <Badge tone={publishedAt ? 'good' : 'waiting'}>
                  {t(publishedAt ? 'outbound.hasPublished' : 'outbound.taskStates.asked')}
                </Badge>
              </li>
            ))}
          </ul>
        )
      }
    </Awaited>
  )
}
