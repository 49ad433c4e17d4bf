import type { ReactNode } from 'react'

/** Nothing here yet: what would be here, and the one sensible next thing to do. */
export function Empty(props: { title: string; hint?: string; action?: ReactNode }) {
  return (
    <div className="empty">
      <svg viewBox="0 0 96 60" aria-hidden="true">
        <title>·</title>
        <path d="M8 46 C 26 46 24 16 44 16 S 62 44 88 14" />
        <circle cx="8" cy="46" r="4" />
        <circle cx="44" cy="16" r="4" />
        <circle cx="88" cy="14" r="4" className="end" />
      </svg>
      <p className="empty-title">{props.title}</p>
      {props.hint && <p className="note">{props.hint}</p>}
      {props.action}
    </div>
  )
}
