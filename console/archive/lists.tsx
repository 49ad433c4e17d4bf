import { Button, Input, Skeleton } from 'antd'
import { type ReactNode, useState } from 'react'
import { useHits, useTalks } from '#console/archive/queries.ts'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import { Empty } from '#console/ui/empty.tsx'
import { Face } from '#console/ui/person-chip.tsx'
import { Problem } from '#console/ui/problem.tsx'
import { When } from '#console/ui/when.tsx'
import { messageTypes, type SearchHit, type TalkItem } from '#management/archive/schema.ts'

type Asked = Record<string, string | undefined>

/** Who a talk is with: the room, or the customers and colleagues in it. */
export function talkName(talk: Pick<TalkItem, 'kind' | 'name' | 'people' | 'peopleCount'>, t: Translate): string {
  if (talk.kind === 'room') return talk.name || t('archive.unnamedRoom')
  const names = talk.people.map(({ name }) => name)
  return talk.peopleCount > names.length
    ? t('archive.and', { names: names.join(t('ui.comma')), count: talk.peopleCount })
    : names.join(' · ')
}

/** A word for the type where there is one; WeCom has new ones every year. */
export const typeName = (type: string, t: Translate): string => {
  const known = messageTypes.find((one) => one === type)
  return known ? t(`archive.types.${known}`) : type
}

/** Submitted by Enter or by leaving: every search is written down, half a name needs none. */
export function WhoBox({ value, onChange }: { value: string; onChange: (text: string | undefined) => void }) {
  const { t } = useText()
  const [text, setText] = useState(value)
  const submit = (next = text.trim()) => next !== value && onChange(next || undefined)
  return (
    <Input
      size="small"
      variant="filled"
      placeholder={t('archive.who')}
      aria-label={t('archive.who')}
      value={text}
      allowClear
      onChange={({ target }) => {
        setText(target.value)
        if (target.value === '') submit('')
      }}
      onPressEnter={() => submit()}
      onBlur={() => submit()}
    />
  )
}

type TalkListFacts = { query: Asked; chosen: string | undefined; onOpen: (talk: string) => void; head: ReactNode }

export function TalkList({ query, chosen, onOpen, head }: TalkListFacts) {
  const { t } = useText()
  const list = useTalks(query, true)
  const isNarrowed = Object.values(query).some(Boolean)
  return (
    <Lines
      head={head}
      list={list}
      empty={
        <Empty title={t(isNarrowed ? 'archive.noneMatch' : 'archive.none')} {...(isNarrowed ? {} : { hint: t('archive.noneHint') })} />
      }
    >
      {list.rows.map((talk) => (
        <TalkLine key={talk.id} talk={talk} isChosen={talk.id === chosen} onOpen={() => onOpen(talk.id)} />
      ))}
    </Lines>
  )
}

function TalkLine({ talk, isChosen, onOpen }: { talk: TalkItem; isChosen: boolean; onOpen: () => void }) {
  const { t } = useText()
  const name = talkName(talk, t)
  const { last } = talk
  const face = talk.people.find(({ kind }) => kind === 'customer') ?? talk.people[0]
  return (
    <li>
      <button type="button" className={isChosen ? 'line chosen' : 'line'} aria-current={isChosen} onClick={onOpen}>
        <Face name={name} avatar={talk.kind === 'pair' ? face?.avatar : undefined} />
        <span className="line-text">
          <span className="line-head">
            <strong>{name}</strong>
            <span className="note">
              <When at={talk.lastAt} />
            </span>
          </span>
          <span className="line-note note">
            {last && (last.recalled ? `[${t('archive.recalled')}]` : last.text || `[${typeName(last.type, t)}]`)}
          </span>
        </span>
      </button>
    </li>
  )
}

export function HitList(props: {
  query: Asked
  chosen: string | undefined
  onOpen: (talk: string, message: string) => void
  head: ReactNode
}) {
  const { t } = useText()
  const list = useHits(props.query, true)
  return (
    <Lines head={props.head} list={list} empty={<Empty title={t('archive.noHit')} hint={t('archive.noHitHint')} />}>
      {list.rows.map((hit) => (
        <HitLine key={hit.id} hit={hit} isChosen={hit.id === props.chosen} onOpen={() => props.onOpen(hit.talk.id, hit.id)} />
      ))}
    </Lines>
  )
}

function HitLine({ hit, isChosen, onOpen }: { hit: SearchHit; isChosen: boolean; onOpen: () => void }) {
  const { t } = useText()
  const text = hit.pieces.some((piece) => piece.text)
  return (
    <li>
      <button type="button" className={isChosen ? 'line chosen' : 'line'} aria-current={isChosen} onClick={onOpen}>
        <span className="line-text">
          <span className="line-head">
            <strong>{hit.sender.name}</strong>
            <span className="note">
              <When at={hit.at} />
            </span>
          </span>
          <span className="line-words">
            {text
              ? hit.pieces.map((piece, index) =>
                  // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text have no name but their place
                  piece.hit ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
                )
              : `[${typeName(hit.type, t)}]`}
          </span>
          <span className="line-note note">
            {hit.talk.name || t('archive.unnamedRoom')}
            {hit.recalled && ` · ${t('archive.recalled')}`}
          </span>
        </span>
      </button>
    </li>
  )
}

type Rows = {
  rows: readonly unknown[]
  loading: boolean
  error: Error | null
  more: boolean
  loadingMore: boolean
  loadMore: () => void
  reload: () => void
}

function Lines({ head, list, empty, children }: { head: ReactNode; list: Rows; empty: ReactNode; children: ReactNode }) {
  const { t } = useText()
  return (
    <>
      {head && <div className="split-head">{head}</div>}
      {list.error && list.rows.length === 0 ? (
        <Problem error={list.error} retry={list.reload} />
      ) : list.loading ? (
        <Skeleton active avatar paragraph={{ rows: 8 }} className="split-wait" />
      ) : list.rows.length === 0 ? (
        empty
      ) : (
        <ul className="split-lines">{children}</ul>
      )}
      {list.more && (
        <Button block type="text" loading={list.loadingMore} onClick={list.loadMore}>
          {t('archive.more')}
        </Button>
      )}
    </>
  )
}
