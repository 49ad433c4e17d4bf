import { UserOutlined } from '@ant-design/icons'
import type { ReactNode } from 'react'
import { type Called, usePersonName } from '#console/ui/person-name.ts'

/** A person in a line: picture or first sign of the name, what they are called, and a word about them. */
export function PersonChip(props: Called & { avatar?: string | null | undefined; note?: ReactNode; size?: 'small' | 'large' }) {
  const called = usePersonName()(props)
  return (
    <span className={`person ${props.size ?? 'small'}`}>
      <Face name={props.name || (props.alias?.value ?? called)} avatar={props.avatar} unnamed={!props.name} />
      <span className="person-text">
        <span className={props.name || props.alias ? 'person-name' : 'person-name mute'}>{called}</span>
        {props.note && <span className="note">{props.note}</span>}
      </span>
    </span>
  )
}

/** The first sign of an alias would be the same for all of them, so they show a figure instead. */
export function Face({ name, avatar, unnamed }: { name: string; avatar?: string | null | undefined; unnamed?: boolean }) {
  if (avatar) return <img className="face" src={avatar} alt="" loading="lazy" referrerPolicy="no-referrer" />
  return (
    <span className={`face hue${hueOf(name)}`} aria-hidden="true">
      {unnamed ? <UserOutlined /> : (Array.from(name.trim())[0]?.toUpperCase() ?? '·')}
    </span>
  )
}

/** The same name always wears the same colour, so that a face is found again in a list. */
function hueOf(name: string): number {
  let sum = 0
  for (const letter of name) sum = (sum * 31 + (letter.codePointAt(0) ?? 0)) % 997
  return sum % 6
}
