import type { ReactNode } from 'react'

/** Room for a table that may be wider than its place; who has no pointer scrolls it by keys. */
export const PlainScroll = ({ className = '', children }: { className?: string; children: ReactNode }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a place that scrolls must be reachable, or its far side is not.
  <div className={`plain-scroll ${className}`.trim()} tabIndex={0}>
    {children}
  </div>
)
