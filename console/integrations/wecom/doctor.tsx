import { CheckCircleFilled, CloseCircleFilled, ExclamationCircleFilled, InfoCircleFilled, ReloadOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button, Skeleton } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { useCheckCapabilities, useFindings } from '#console/integrations/wecom/queries.ts'
import { useRun } from '#console/ui/confirm.tsx'
import { Section } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import type { Finding } from '#management/wecom/schema.ts'

const icons = { ok: CheckCircleFilled, info: InfoCircleFilled, warning: ExclamationCircleFilled, error: CloseCircleFilled }
const order = ['error', 'warning', 'info', 'ok']

/** What works and what does not, the worst first, each with a way out. `all`: also what is fine. */
export function Doctor({ id, all = false }: { id: string; all?: boolean }) {
  const { t } = useText()
  const findings = useFindings(id)
  const items = [...(findings.data?.items ?? [])].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
  const wrong = together(items.filter(({ severity }) => severity === 'error' || severity === 'warning'))
  const rest = all ? items.filter(({ severity }) => severity === 'info' || severity === 'ok').map((one) => [one]) : []
  const checked = items.some(({ check }) => check === 'secret')
  return (
    <Section
      title={t('wecom.needsYou')}
      note={findings.data && checked && (wrong.length === 0 ? t('wecom.healthy') : t('wecom.problems', { count: wrong.length }))}
      actions={<CheckAgain id={id} primary={findings.data !== undefined && !checked} />}
    >
      {findings.error && !findings.data ? (
        <Problem error={findings.error} retry={() => void findings.refetch()} />
      ) : !findings.data ? (
        <Skeleton active />
      ) : (
        <>
          {!checked && <p className="note">{t('wecom.neverChecked')}</p>}
          <FindingList id={id} groups={[...wrong, ...rest]} />
          {checked && wrong.length === 0 && !all && (
            <ul className="findings">
              <li className="ok">
                <CheckCircleFilled aria-hidden />
                <span>{t('wecom.allWell')}</span>
              </li>
            </ul>
          )}
        </>
      )}
    </Section>
  )
}

/** One switch mends them all: said once, with everything that hangs on it. */
export function together<Row extends { fix?: { zh: string } | null | undefined }>(items: readonly Row[]): Row[][] {
  const groups = Map.groupBy(items, (item) => item.fix?.zh ?? item)
  return [...groups.values()]
}

function FindingList({ id, groups }: { id: string; groups: Finding[][] }) {
  const { language } = useText()
  return (
    <ul className="findings">
      {groups.map((group) => {
        const [first] = group
        return (
          first && (
            <Found
              key={`${first.check}${first.message.en}`}
              severity={first.severity}
              fix={first.fix?.[language]}
              aside={<Way id={id} check={first.check} />}
            >
              {group.length === 1
                ? first.message[language]
                : group.map(({ message }) => subject(message[language])).join(language === 'zh' ? '、' : ', ')}
              {group.length > 1 && (
                <span className="note">{` ${first.message[language].slice(subject(first.message[language]).length + 1).trim()}`}</span>
              )}
            </Found>
          )
        )
      })}
    </ul>
  )
}

const ways: Record<string, object> = {
  inbox: { view: 'log', way: 'in', result: 'failed' },
  refusals: { view: 'callbacks' },
  silence: { view: 'callbacks' },
  unknown_types: { view: 'callbacks' },
  welcomes: { view: 'welcomes' },
  quota: { view: 'quotas' },
  sync: { view: 'syncs' },
}

/** Where more of it stands. */
function Way({ id, check }: { id: string; check: string }) {
  const { t } = useText()
  const search = ways[check]
  return (
    search && (
      <Link to="/wecom/$corpId" params={{ corpId: id }} search={search}>
        {t('wecom.show')}
      </Link>
    )
  )
}

/** A finding of a capability begins with its name. */
const subject = (message: string): string => message.split(/[:：]/, 1)[0] ?? message

export function Found(props: { severity: Finding['severity']; fix?: string | undefined; aside?: ReactNode; children: ReactNode }) {
  const { t, language } = useText()
  const Icon = icons[props.severity]
  return (
    <li className={props.severity}>
      <Icon aria-label={t(`wecom.severities.${props.severity}`)} />
      <div>
        <div className="row between">
          <span>{props.children}</span>
          {props.aside}
        </div>
        {props.fix && (
          <p className="note">
            {t('wecom.howTo')}
            {language === 'zh' ? '：' : ': '}
            {props.fix}
          </p>
        )}
      </div>
    </li>
  )
}

/** Asks WeCom about everything; it takes some seconds and some thirty calls. */
export function CheckAgain({ id, primary = false }: { id: string; primary?: boolean }) {
  const { t } = useText()
  const run = useRun()
  const check = useCheckCapabilities(id)
  return (
    <Button
      icon={<ReloadOutlined />}
      type={primary ? 'primary' : 'default'}
      loading={check.isPending}
      onClick={() => void run(() => check.mutateAsync(undefined), t('wecom.checked'))}
    >
      {t(primary ? 'wecom.check' : 'wecom.recheck')}
    </Button>
  )
}
