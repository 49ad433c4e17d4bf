import { ArrowLeftOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

const places = new Map<string, object>()

/** Told of every page that is reached, so that the way up leads to the list as it was left: its filters, its order. */
export const rememberPlace = ({ pathname, search }: { pathname: string; search: object }): void => void places.set(pathname, search)

/** The way up from one thing to its list. */
export const Back = ({ to, children }: { to: string; children: ReactNode }) => (
  <Link to={to} search={(places.get(to) ?? {}) as never} className="back">
    <ArrowLeftOutlined /> {children}
  </Link>
)
