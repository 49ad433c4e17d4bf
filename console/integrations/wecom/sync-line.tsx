import { Progress } from 'antd'
import { textOr, useText } from '#console/i18n/i18n.ts'
import { isSyncing, type Sync } from '#console/integrations/wecom/queries.ts'
import { exactNumber } from '#console/ui/format.ts'
import { explained } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

const parts = ['departments', 'employees', 'tags', 'customers', 'groups']

/** The state of a comparison in one line, moving while it runs. */
export function SyncLine({ sync }: { sync: Sync }) {
  const { t } = useText()
  const { step = '', done = 0, total = 0, repaired = 0 } = sync.progress ?? {}
  if (isSyncing(sync)) {
    const before = Math.max(0, parts.indexOf(step), sync.finished.length)
    const share = (before + (total > 0 ? done / total : 0)) / Math.max(parts.length, before + 1)
    return (
      <div role="status">
        <Progress percent={Math.min(99, Math.round(share * 100))} status="active" />
        <p className="note">
          {step
            ? t('wecom.syncProgress', { step: stepName(step), done: exactNumber(done), total: exactNumber(total) })
            : t('wecom.syncSteps.starting')}
        </p>
      </div>
    )
  }
  return (
    <div className="row between">
      <Badge tone={sync.state === 'done' ? 'good' : 'bad'}>
        {sync.state === 'done'
          ? sync.isFirst
            ? t('wecom.syncFirst')
            : t('wecom.syncDone', { count: exactNumber(repaired) })
          : t('wecom.syncFailed')}
      </Badge>
      <span className="note">
        {sync.error && explained(sync.error)} <When at={sync.finishedAt ?? sync.startedAt} />
      </span>
    </div>
  )
}

/** Features above bring steps of their own. */
export const stepName = (step: string): string => textOr(`wecom.syncSteps.${step}`, step)
