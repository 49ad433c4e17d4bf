import { Skeleton } from 'antd'
import { lazy, Suspense } from 'react'

export interface SankeyData {
  /** `depth` is the column, from 0; `note` stands in the tooltip below the name. */
  nodes: { key: string; name: string; depth: number; note?: string }[]
  links: { source: string; target: string; value: number; note?: string }[]
}

/** A node, or the stream between two. */
export type SankeyPart = { node: string } | { source: string; target: string }

const SankeyCanvas = lazy(() => import('#console/ui/sankey-canvas.tsx').then((module) => ({ default: module.SankeyCanvas })))

/** Streams between columns. The figures belong into a table beside it: a drawing alone says little to a screen reader. */
export function Sankey(props: { label: string; data: SankeyData; height: number; onPick?: (part: SankeyPart) => void }) {
  return (
    <div style={{ height: props.height }} role="img" aria-label={props.label}>
      <Suspense fallback={<Skeleton active />}>
        <SankeyCanvas data={props.data} {...(props.onPick ? { onPick: props.onPick } : {})} />
      </Suspense>
    </div>
  )
}
