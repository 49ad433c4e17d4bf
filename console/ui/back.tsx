import { ArrowLeftOutlined } from '@ant-design/icons'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'

/** The way up from one thing to its list. */
export const Back = ({ to, children }: { to: string; children: ReactNode }) => (
  <Link to={to} className="back">
    <ArrowLeftOutlined /> {children}
  </Link>
)
