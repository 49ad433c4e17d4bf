import { Skeleton } from 'antd'
import { lazy, Suspense } from 'react'

export interface SankeyData {
  /** `depth` is the column, from 0; `note` stands in the tooltip below the name. */
  nodes: { key: string; name: string; depth: number; note?: string }[]
  links: { source: string; target: string; value: number; note?: string }[]
}

const SankeyCanvas = lazy(() => import('#console/ui/sankey-canvas.tsx').then((module) => ({ default: module.SankeyCanvas })))

/** Streams between columns. The figures belong into a table beside it: a drawing alone says little to a screen reader. */
export function Sankey(props: { label: string; data: SankeyData; height: number }) {
  return (
    <div style={{ height: props.height }} role="img" aria-label={props.label}>
      <Suspense fallback={<Skeleton active />}>
        <SankeyCanvas data={props.data} />
      </Suspense>
    </div>
  )
}
