import type { ReactNode } from 'react'

/** Every page: its name, at most one line about it, its actions, its content. On a long form the actions stay in sight. */
export function Page(props: {
  title: ReactNode
  note?: ReactNode
  actions?: ReactNode
  back?: ReactNode
  form?: boolean
  children: ReactNode
}) {
  return (
    <div className="page">
      <header className={props.form ? 'page-head stays' : 'page-head'}>
        <div className="page-name">
          {props.back}
          <h1>{props.title}</h1>
          {props.note && <p className="note page-note">{props.note}</p>}
        </div>
        {props.actions && <div className="row page-actions">{props.actions}</div>}
      </header>
      {props.children}
    </div>
  )
}

/** A white sheet on the paper: one subject each. `flush` lets a table or chart reach its edges. */
export function Section(props: { title?: ReactNode; note?: ReactNode; actions?: ReactNode; flush?: boolean; children: ReactNode }) {
  return (
    <section className={`sheet${props.flush ? ' flush' : ''}`}>
      {(props.title || props.actions) && (
        <header className="sheet-head">
          <div>
            {props.title && <h2>{props.title}</h2>}
            {props.note && <p className="note">{props.note}</p>}
          </div>
          {props.actions && <div className="row">{props.actions}</div>}
        </header>
      )}
      {props.children}
    </section>
  )
}

/** Side by side where there is room, stacked on a phone. The shares are flex weights. */
export function Columns(props: { shares?: number[]; children: ReactNode[] }) {
  return (
    <div className="columns">
      {props.children.map((child, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns of a page are fixed
        <div key={index} style={{ flexGrow: props.shares?.[index] ?? 1, flexBasis: `${(props.shares?.[index] ?? 1) * 110}px` }}>
          {child}
        </div>
      ))}
    </div>
  )
}

export const Row = (props: { children: ReactNode; between?: boolean }) => (
  <div className={props.between ? 'row between' : 'row'}>{props.children}</div>
)

export const Stack = (props: { children: ReactNode; tight?: boolean }) => (
  <div className={props.tight ? 'stack tight' : 'stack'}>{props.children}</div>
)

/** Names and values of one thing, as on an index card. */
export function Facts(props: { items: { name: string; value: ReactNode }[] }) {
  return (
    <dl className="facts">
      {props.items.map((item) => (
        <div key={item.name}>
          <dt>{item.name}</dt>
          <dd>{item.value ?? '—'}</dd>
        </div>
      ))}
    </dl>
  )
}
