import { Alert } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { exactNumber } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { Stat, Stats } from '#console/ui/stat.tsx'
import { When } from '#console/ui/when.tsx'
import type { Quota } from '#growth/acquisition-links/schema.ts'

/** How much is left, a number a corp. */
export function QuotaLine({ quotas }: { quotas: Quota[] }) {
  const { t } = useText()
  const known = quotas.filter(({ balance, problem }) => balance !== null && !problem)
  if (known.length === 0) return null
  return (
    <Stats>
      {known.map((quota) => (
        <Stat
          key={quota.corp.id}
          name={quotas.length > 1 ? t('acquisitionLinks.quotaOf', { corp: quota.corp.name }) : t('acquisitionLinks.quota')}
          hint={t('acquisitionLinks.quotaBuy')}
          value={
            <>
              {exactNumber(quota.balance ?? 0)} <small className="note">/ {exactNumber(quota.total ?? 0)}</small>
            </>
          }
        />
      ))}
    </Stats>
  )
}

/** What keeps customers out now, or soon will. */
export function QuotaWarnings({ quotas }: { quotas: Quota[] }) {
  const { t } = useText()
  const warned = quotas.filter(({ level, expiring }) => level === 'low' || level === 'exhausted' || expiring)
  return warned.map(({ corp, level, balance, expiring }) => (
    <Stack key={corp.id} tight>
      {level === 'exhausted' && (
        <Alert
          type="error"
          showIcon
          title={t('acquisitionLinks.quotaExhausted', { corp: corp.name })}
          description={t('acquisitionLinks.quotaBuy')}
        />
      )}
      {level === 'low' && (
        <Alert
          type="warning"
          showIcon
          title={t('acquisitionLinks.quotaLow', { corp: corp.name, balance: balance ?? 0 })}
          description={t('acquisitionLinks.quotaBuy')}
        />
      )}
      {expiring && (
        <Alert
          type="warning"
          showIcon
          title={
            <>
              {t('acquisitionLinks.quotaExpiring', { corp: corp.name, balance: expiring.balance })} <When at={expiring.at} />
            </>
          }
        />
      )}
    </Stack>
  ))
}

const steps = ['app', 'assistant', 'members', 'again'] as const

/** WeCom said no: what it said, and what to switch on there. */
export function NoPermission({ quota }: { quota: Quota }) {
  const { t } = useText()
  return (
    <Alert
      type="warning"
      showIcon
      title={`${quota.corp.name}：${t('acquisitionLinks.noPermission')}`}
      description={
        <Stack tight>
          <p>{t('acquisitionLinks.noPermissionHint', { errcode: quota.problem?.errcode ?? 0, message: quota.problem?.message ?? '' })}</p>
          <ol>
            {steps.map((step, at) => (
              <li key={step}>
                {at + 1}. {t(`acquisitionLinks.permissionSteps.${step}`)}
              </li>
            ))}
          </ol>
        </Stack>
      }
    />
  )
}
