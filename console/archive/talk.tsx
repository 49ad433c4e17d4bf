import { ArrowLeftOutlined, ReloadOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button, Popover, Skeleton } from 'antd'
import { Fragment, useCallback } from 'react'
import { useTenant } from '#console/api/session.ts'
import { MessageBubble } from '#console/archive/bubble.tsx'
import { talkName } from '#console/archive/lists.tsx'
import { useMessages, useTalk } from '#console/archive/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { dayName, dayOf } from '#console/ui/format.ts'
import { Stack } from '#console/ui/page.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { When } from '#console/ui/when.tsx'
import type { MessageItem, TalkDetail } from '#management/archive/schema.ts'

/** One talk: who, whether they agreed, and what was said, from its end or around the message that was looked for. */
export function TalkPane({ id, at, onBack }: { id: string; at: string | undefined; onBack: (() => void) | undefined }) {
  const { t } = useText()
  const talk = useTalk(id)
  const messages = useMessages(id, at)
  const detail = talk.data?.id === id ? talk.data : undefined
  return (
    <section className="talk" aria-label={detail ? talkName(detail, t) : t('archive.title')}>
      <header className="talk-head">
        {onBack && <Button type="text" icon={<ArrowLeftOutlined />} aria-label={t('archive.back')} onClick={onBack} />}
        <div className="talk-name">
          <h2>{detail ? talkName(detail, t) : '…'}</h2>
          {detail && (
            <span className="note">
              {t(`archive.kinds.${detail.kind}`)} · {t('archive.messagesCount', { count: detail.messages })}
            </span>
          )}
        </div>
        {detail && <ConsentBadge talk={detail} />}
        {detail?.groupId && (
          <Link to="/groups/$groupId" params={{ groupId: detail.groupId }}>
            {t('archive.group')}
          </Link>
        )}
        <Button type="text" icon={<ReloadOutlined />} aria-label={t('archive.reload')} onClick={messages.reload} />
      </header>
      {messages.error ? (
        <Problem error={messages.error} retry={messages.reload} />
      ) : messages.loading ? (
        <Skeleton active avatar paragraph={{ rows: 8 }} className="split-wait" />
      ) : (
        <Said messages={messages} target={at} />
      )}
    </section>
  )
}

function Said({ messages, target }: { messages: ReturnType<typeof useMessages>; target: string | undefined }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  /** Where the reader lands when the talk opens: at the message that was found, else at the end. */
  const land = useCallback((element: HTMLElement | null) => element?.scrollIntoView({ block: target ? 'center' : 'end' }), [target])
  const { items } = messages
  return (
    <div className="talk-body">
      {messages.hasEarlier ? (
        <Button type="link" loading={messages.busy} onClick={messages.earlier}>
          {t('archive.earlier')}
        </Button>
      ) : (
        <p className="note talk-line">{t('archive.start')}</p>
      )}
      {items.map((message, index) => (
        <Fragment key={message.id}>
          {isNewDay(items, index, timezone) && <p className="note talk-line">{dayName(message.at, timezone, language)}</p>}
          <div ref={message.id === target ? land : undefined} className={message.id === target ? 'said found' : 'said'}>
            <MessageBubble message={message} />
          </div>
        </Fragment>
      ))}
      {messages.hasLater && (
        <Button type="link" loading={messages.busy} onClick={messages.later}>
          {t('archive.later')}
        </Button>
      )}
      {!target && <div ref={land} />}
    </div>
  )
}

const isNewDay = (items: readonly MessageItem[], index: number, zone: string): boolean => {
  const [before, here] = [items[index - 1], items[index]]
  return here !== undefined && (before === undefined || dayOf(before.at, zone) !== dayOf(here.at, zone))
}

const tones = { agreed: 'good', refused: 'bad', default: 'quiet' } as const

function ConsentBadge({ talk }: { talk: TalkDetail }) {
  const { t } = useText()
  const { agreed, refused, default: unasked } = talk.consent
  if (agreed + refused + unasked === 0) return null
  const one = refused > 0 ? 'refused' : agreed > 0 ? 'agreed' : 'default'
  const word = agreed + refused + unasked === 1 ? t(`archive.consent.${one}`) : t('archive.consentRoom', { agreed, refused, unasked })
  return (
    <Popover trigger="click" title={t('archive.consents')} content={<Consents talk={talk} />}>
      <button type="button" className="bare-button">
        <Badge tone={tones[one]}>{word}</Badge>
      </button>
    </Popover>
  )
}

function Consents({ talk }: { talk: TalkDetail }) {
  const { t } = useText()
  if (talk.consents.length === 0) return <p className="note">{t('archive.noConsents')}</p>
  return (
    <Stack tight>
      {talk.consents.slice(0, 50).map((one) => (
        <div key={one.member} className="row between">
          <span>{one.name}</span>
          <Badge tone={tones[one.status]}>{t(`archive.consent.${one.status}`)}</Badge>
          <span className="note">{one.changedAt ? <When at={one.changedAt} /> : <When at={one.checkedAt} />}</span>
        </div>
      ))}
    </Stack>
  )
}
