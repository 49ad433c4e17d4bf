import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'

/** A person in a line: picture or first sign of the name, the name, and a word about them. */
export function PersonChip(props: { name: string | null; avatar?: string | null | undefined; note?: ReactNode; size?: 'small' | 'large' }) {
  const { t } = useText()
  const name = props.name || t('ui.nameless')
  return (
    <span className={`person ${props.size ?? 'small'}`}>
      <Face name={name} avatar={props.avatar} />
      <span className="person-text">
        <span className={props.name ? 'person-name' : 'person-name mute'}>{name}</span>
        {props.note && <span className="note">{props.note}</span>}
      </span>
    </span>
  )
}

export function Face({ name, avatar }: { name: string; avatar?: string | null | undefined }) {
  if (avatar) return <img className="face" src={avatar} alt="" loading="lazy" referrerPolicy="no-referrer" />
  return (
    <span className={`face hue${hueOf(name)}`} aria-hidden="true">
      {Array.from(name.trim())[0]?.toUpperCase() ?? '·'}
    </span>
  )
}

/** The same name always wears the same colour, so that a face is found again in a list. */
function hueOf(name: string): number {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997
  return sum % 6
}
