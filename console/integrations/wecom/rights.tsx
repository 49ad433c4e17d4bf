import { CheckCircleFilled } from '@ant-design/icons'
import { Skeleton } from 'antd'
import { useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { CheckAgain, Found, together } from '#console/integrations/wecom/doctor.tsx'
import { type Capability, useCapabilities } from '#console/integrations/wecom/queries.ts'
import { CopyText } from '#console/integrations/wecom/support.tsx'
import { Facts, Section, Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { SideSheet } from '#console/ui/side-sheet.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'

const tones = { ok: 'good', refused: 'bad', absent: 'quiet', unknown: 'waiting', unasked: 'plain' } as const

/** What WeCom lets the app do. One switch that mends several things is said once, above them. */
export function Rights({ id }: { id: string }) {
  const { t, language } = useText()
  const read = useCapabilities(id)
  const [opened, setOpened] = useState<string>()
  if (read.error && !read.data)
    return (
      <Section>
        <Problem error={read.error} retry={() => void read.refetch()} />
      </Section>
    )
  if (!read.data)
    return (
      <Section>
        <Skeleton active paragraph={{ rows: 8 }} />
      </Section>
    )
  const { access, items } = read.data
  const blocked = access?.state === 'refused'
  const of = (...states: Capability['state'][]) => items.filter(({ state }) => states.includes(state))
  const wrong = together([...of('refused').sort((a, b) => Number(b.isCore) - Number(a.isCore)), ...of('unknown')])
  const one = items.find(({ key }) => key === opened)
  return (
    <>
      <Section
        title={t('wecom.rights.title')}
        note={
          access ? (
            <>
              {t('wecom.rights.summary', { ok: of('ok').length, all: items.length })} · {t('wecom.rights.checkedAt')}{' '}
              <When at={access.checkedAt} />
            </>
          ) : (
            t('wecom.neverChecked')
          )
        }
        actions={<CheckAgain id={id} primary={!access} />}
      >
        <ul className="findings">
          {blocked && (
            <Found severity="error" fix={access.fix?.[language]}>
              {access.message[language]} <span className="note">{t('wecom.rights.blocked')}</span>
            </Found>
          )}
          {!blocked &&
            wrong.map((group) => {
              const [first] = group
              return (
                first && (
                  <Found
                    key={first.key}
                    severity={first.state === 'unknown' || !group.some(({ isCore }) => isCore) ? 'warning' : 'error'}
                    fix={first.fix?.[language]}
                    aside={<span className="note">{first.errcode !== null && t('wecom.rights.code', { code: first.errcode })}</span>}
                  >
                    <Names items={group} onOpen={setOpened} />
                  </Found>
                )
              )
            })}
          {access && !blocked && wrong.length === 0 && (
            <li className="ok">
              <CheckCircleFilled aria-hidden />
              <span>{t('wecom.rights.allWell')}</span>
            </li>
          )}
        </ul>
      </Section>
      <Group title={t('wecom.rights.works')} items={of('ok')} onOpen={setOpened} />
      <Group title={t('wecom.rights.absent')} note={t('wecom.rights.absentHint')} items={of('absent')} onOpen={setOpened} withFix />
      <Group title={t('wecom.rights.unasked')} items={of('unasked')} onOpen={setOpened} />
      <SideSheet
        title={one?.name[language]}
        open={one !== undefined}
        onClose={() => setOpened(undefined)}
        actions={one && <CopyText text={supportText(one)} />}
      >
        {one && <Shown capability={one} />}
      </SideSheet>
    </>
  )
}

function Names({ items, onOpen }: { items: Capability[]; onOpen: (key: string) => void }) {
  const { language } = useText()
  return items.map(({ key, name }, index) => (
    <span key={key}>
      {index > 0 && (language === 'zh' ? '、' : ', ')}
      <button type="button" className="number-button" onClick={() => onOpen(key)}>
        {name[language]}
      </button>
    </span>
  ))
}

function Group(props: { title: string; note?: string; items: Capability[]; onOpen: (key: string) => void; withFix?: boolean }) {
  const { language } = useText()
  if (props.items.length === 0) return null
  return (
    <Section title={`${props.title} ${props.items.length}`} note={props.note}>
      <ul className="capabilities">
        {props.items.map((item) => (
          <li key={item.key}>
            <button type="button" onClick={() => props.onOpen(item.key)}>
              <span className={`dot ${tones[item.state]}`} aria-hidden />
              <span>
                <strong>{item.name[language]}</strong>
                <span className="note">{props.withFix ? item.message[language] : item.purpose[language]}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function Shown({ capability }: { capability: Capability }) {
  const { t, language } = useText()
  const { purpose, state, message, fix, endpoint, errcode, checkedAt, since, requestId } = capability
  return (
    <Stack>
      <p>{purpose[language]}</p>
      <Facts
        items={[
          { name: t('wecom.state.name'), value: <Badge tone={tones[state]}>{t(`wecom.rights.states.${state}`)}</Badge> },
          ...(state === 'ok' ? [] : [{ name: t('wecom.reason'), value: message[language] }]),
          ...(fix ? [{ name: t('wecom.howTo'), value: fix[language] }] : []),
          { name: t('wecom.rights.since'), value: <When at={since} /> },
          { name: t('wecom.rights.checkedAt'), value: <When at={checkedAt} /> },
          { name: t('wecom.rights.probe'), value: <code>{endpoint}</code> },
          ...(errcode === null ? [] : [{ name: t('wecom.errcode'), value: <code>{errcode}</code> }]),
          ...(requestId ? [{ name: t('wecom.requestId'), value: <code>{requestId}</code> }] : []),
        ]}
      />
    </Stack>
  )
}

const supportText = ({ key, name, state, endpoint, errcode, checkedAt, requestId }: Capability): string =>
  [
    `capability: ${key} (${name.en})`,
    `state: ${state}`,
    `api: ${endpoint}`,
    `errcode: ${errcode ?? '-'}`,
    `checked at: ${checkedAt ?? '-'}`,
    `request id: ${requestId ?? '-'}`,
  ].join('\n')
