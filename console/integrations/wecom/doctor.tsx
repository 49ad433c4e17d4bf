import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, InfoCircleFilled, ReloadOutlined } from '@ant-design/icons'
import { Button, Skeleton } from 'antd'
import { useText } from '#console/i18n/i18n.ts'
import { useAskDoctor, useDoctor } from '#console/integrations/wecom/queries.ts'
import { Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import type { Finding } from '#management/wecom/schema.ts'

const icons = { ok: CheckCircleFilled, info: InfoCircleFilled, warning: ExclamationCircleFilled, error: CloseCircleFilled }
const order = ['error', 'warning', 'info', 'ok']

/** What works and what does not, the worst first, each with a way out. */
export function Doctor({ id }: { id: string }) {
  const { t } = useText()
  const findings = useDoctor(id)
  const ask = useAskDoctor(id)
  const items = [...(findings.data?.items ?? [])].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  const wrong = items.filter(({ severity }) => severity === 'error' || severity === 'warning').length
  return (
    <Section
      title={t('wecom.doctor')}
      note={findings.data && (wrong === 0 ? t('wecom.healthy') : t('wecom.problems', { count: wrong }))}
      actions={
        <Button icon={<ReloadOutlined />} loading={findings.isFetching} onClick={ask}>
          {t('wecom.recheck')}
        </Button>
      }
    >
      {findings.error && !findings.data ? (
        <Problem error={findings.error} retry={ask} />
      ) : findings.data ? (
        <ul className="findings">
          {items.map((finding) => (
            <Found key={`${finding.check}${finding.message.en}`} finding={finding} />
          ))}
        </ul>
      ) : (
        <Skeleton active />
      )}
    </Section>
  )
}

function Found({ finding }: { finding: Finding }) {
  const { t, language } = useText()
  const Icon = icons[finding.severity]
  return (
    <li className={finding.severity}>
      <Icon aria-label={finding.severity} />
      <div>
        <span>{finding.message[language]}</span>
        {finding.fix && (
          <p className="note">
            {t('wecom.howTo')}：{finding.fix[language]}
          </p>
        )}
      </div>
    </li>
  )
}
