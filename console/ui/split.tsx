import type { ReactNode } from 'react'

/** A list and, beside it, the one thing of it that is open; on a phone one of the two. Each scrolls by itself. */
export function Split(props: { open: boolean; list: ReactNode; detail: ReactNode; empty: string }) {
  return (
    <div className={props.open ? 'split open' : 'split'}>
      <div className="sheet flush split-list">{props.list}</div>
      <div className="sheet flush split-detail">{props.open ? props.detail : <p className="note split-empty">{props.empty}</p>}</div>
    </div>
  )
}
