import { DownloadOutlined, EyeOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import { Button } from 'antd'
import { type ReactNode, useState } from 'react'
import { useTenant } from '#console/api/session.ts'
import { typeName } from '#console/archive/lists.tsx'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { fileSize, fullTime, shortTime, timeOfDay } from '#console/ui/format.ts'
import { Face } from '#console/ui/person-chip.tsx'
import type { MessageItem } from '#management/archive/schema.ts'

/** A message as it was seen; colleagues on the right, everybody else on the left. Acts are grey lines. */
export function MessageBubble({ message }: { message: MessageItem }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const { sender, type } = message
  const act = actOf(message, t)
  if (act)
    return (
      <p className="note talk-line" title={fullTime(message.at, timezone)}>
        {act} {timeOfDay(message.at, timezone)}
      </p>
    )
  const isOurs = sender.kind !== 'customer'
  return (
    <div className={isOurs ? 'chat ours' : 'chat'}>
      <Face name={sender.name} avatar={sender.avatar} />
      <div className="chat-text">
        <span className="note">
          {sender.customerId ? (
            <Link to="/customers/$customerId" params={{ customerId: sender.customerId }}>
              {sender.name}
            </Link>
          ) : (
            sender.name
          )}{' '}
          <time dateTime={message.at} title={fullTime(message.at, timezone)}>
            {timeOfDay(message.at, timezone)}
          </time>
        </span>
        <div className={message.recalledAt ? 'chat-bubble recalled' : 'chat-bubble'}>
          {type !== 'text' && <span className="note">{typeName(type, t)}</span>}
          <Content message={message} />
          {message.media.map((media) => (
            <Media key={media.url} media={media} type={type} />
          ))}
        </div>
        {message.recalledAt && (
          <span className="note">{t('archive.recalledAt', { at: shortTime(message.recalledAt, timezone, language) })}</span>
        )}
      </div>
    </div>
  )
}

function actOf({ type, sender: { name } }: MessageItem, t: Translate): string | undefined {
  if (type === 'revoke') return t('archive.revoked', { name })
  if (type === 'agree') return t('archive.agreed', { name })
  return type === 'disagree' ? t('archive.disagreed', { name }) : undefined
}

type Fields = Record<string, unknown>

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {})
const word = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '')
const words = (value: unknown): string => (Array.isArray(value) ? value.map(word).filter(Boolean).join('、') : word(value))

/** Where the body of a type lies: under its own name, mostly. */
const bodyOf = ({ type, body }: MessageItem): Fields => fieldsOf(body[type] ?? body.info ?? body.doc ?? body.redpacket)

function Content({ message }: { message: MessageItem }) {
  const { t } = useText()
  const { type, known, text } = message
  const body = bodyOf(message)
  if (!known)
    return (
      <>
        <span className="mute">{t('archive.unknown', { type })}</span>
        {text && <span>{text}</span>}
      </>
    )
  switch (type) {
    case 'link':
      return <Card title={word(body.title)} note={word(body.description)} url={word(body.link_url)} />
    case 'docmsg':
      return <Card title={word(body.title)} note={word(body.doc_creator)} url={word(body.link_url)} />
    case 'news':
      return (
        <Items items={body.item} show={(item) => <Card title={word(item.title)} note={word(item.description)} url={word(item.url)} />} />
      )
    case 'weapp':
      return <Card title={word(body.title)} note={word(body.displayname)} />
    case 'location':
      return <Card title={word(body.title)} note={word(body.address)} />
    case 'card':
      return <Card title={word(body.userid)} note={word(body.corpname)} />
    case 'redpacket':
    case 'external_redpacket':
      return (
        <Card
          title={word(body.wish)}
          note={[body.totalcnt, body.totalamount && Number(body.totalamount) / 100].filter(Boolean).join(' × ¥')}
        />
      )
    case 'meeting':
      return <Card title={word(body.topic)} note={[word(body.address), word(body.remarks)].filter(Boolean).join(' · ')} />
    case 'calendar':
      return (
        <Card
          title={word(body.title)}
          note={[t('archive.attendees', { names: words(body.attendeename) }), word(body.place)].filter(Boolean).join(' · ')}
        />
      )
    case 'vote':
      return <Card title={word(body.votetitle)} note={words(body.voteitem)} />
    case 'todo':
      return <Card title={word(body.title)} note={word(body.content)} />
    case 'voiptext':
      return <span>{t('archive.duration', { seconds: word(body.callduration) || '0' })}</span>
    case 'voice':
    case 'video':
      return body.play_length ? <span>{t('archive.duration', { seconds: word(body.play_length) })}</span> : null
    case 'chatrecord':
    case 'mixed':
      return (
        <>
          {word(body.title) && <strong>{word(body.title)}</strong>}
          <Items items={body.item} show={(item) => <Part part={item} />} />
        </>
      )
    default:
      // Everything else is its words; files of the message stand below.
      return text && !message.media.some(({ name }) => name === text) ? <span>{text}</span> : null
  }
}

function Items({ items, show }: { items: unknown; show: (item: Fields) => ReactNode }) {
  if (!Array.isArray(items)) return null
  return (
    <ul className="chat-items">
      {items.map((item, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message have no name but their place
        <li key={index}>{show(fieldsOf(item))}</li>
      ))}
    </ul>
  )
}

/** Types inside begin with `ChatRecord` in forwarded records. */
function Part({ part }: { part: Fields }) {
  const { t } = useText()
  const type = word(part.type)
    .replace(/^ChatRecord/, '')
    .toLowerCase()
  const content = fieldsOf(part.content)
  const text = word(content.content) || word(content.title) || word(content.filename) || word(part.content)
  return <span>{text || `[${typeName(type, t)}]`}</span>
}

/** Only the web's own addresses are links: a message may hold anything. */
function Card({ title, note, url }: { title: string; note?: string; url?: string }) {
  const isLink = url !== undefined && /^https?:\/\//i.test(url)
  return (
    <span className="chat-card">
      {isLink ? (
        <a href={url} target="_blank" rel="noreferrer noopener nofollow">
          {title || url}
        </a>
      ) : (
        <strong>{title}</strong>
      )}
      {note && <span className="note">{note}</span>}
    </span>
  )
}

/** A file is fetched when somebody wants to see it: that is written down, and WeCom has it for three days only. */
function Media({ media, type }: { media: MessageItem['media'][number]; type: string }) {
  const { t, language } = useText()
  const { timezone } = useTenant()
  const [isOpen, setOpen] = useState(false)
  const [isGone, setGone] = useState(false)
  const facts = [media.name, media.bytes === null ? '' : fileSize(media.bytes)].filter(Boolean).join(' · ')
  if (media.state === 'gone' || isGone)
    return (
      <span className="mute" title={t('archive.goneHint')}>
        {facts} {t('archive.gone')}
      </span>
    )
  const what = type === 'image' || type === 'emotion' ? 'picture' : type === 'video' ? 'video' : undefined
  if (what === 'picture' && isOpen) return <img className="chat-picture" src={media.url} alt={media.name} onError={() => setGone(true)} />
  if (what === 'video' && isOpen)
    return (
      // biome-ignore lint/a11y/useMediaCaption: what customers film has no captions
      <video className="chat-picture" src={media.url} controls onError={() => setGone(true)} />
    )
  const until = media.until ? t('archive.until', { at: shortTime(media.until, timezone, language) }) : undefined
  return (
    <span className="row" title={until}>
      {what ? (
        <Button size="small" icon={<EyeOutlined />} onClick={() => setOpen(true)}>
          {t('archive.show', { what: t(`archive.${what}`) })}
        </Button>
      ) : (
        <Button size="small" icon={<DownloadOutlined />} href={media.url} target="_blank">
          {t('archive.download')}
        </Button>
      )}
      {facts && <span className="note">{facts}</span>}
    </span>
  )
}
