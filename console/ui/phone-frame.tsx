import type { ReactNode } from 'react'

/** How it will look on the customer's phone: the preview beside every form that ends in a message or a page. */
export function PhoneFrame(props: { title: string; children: ReactNode }) {
  return (
    <figure className="phone" aria-label={props.title}>
      <div className="phone-bar" aria-hidden="true">
        {props.title}
      </div>
      <div className="phone-body">{props.children}</div>
    </figure>
  )
}

export function Bubble(props: { mine?: boolean; face?: ReactNode; children: ReactNode }) {
  return (
    <div className={props.mine ? 'bubble mine' : 'bubble'}>
      {props.face}
      <div>{props.children}</div>
    </div>
  )
}
