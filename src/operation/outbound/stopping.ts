import type { SourceKind } from './schema.ts'

/** A standing emergency stop. */
export type Stop = {
  id: number
  scope: 'company' | 'corp' | 'source'
  corp: number | null
  sourceKind: SourceKind | null
  sourceId: number | null
}

/** `corp` is null while nobody knows through which corp it would go: then only the company's and the source's stops hold it. */
export const isStopped = (stops: readonly Stop[], one: { sourceKind: string; sourceId: number; corp: number | null }): boolean =>
  stops.some(({ scope, corp, sourceKind, sourceId }) => {
    if (scope === 'company') return true
    if (scope === 'corp') return corp === one.corp
    return sourceKind === one.sourceKind && sourceId === one.sourceId
  })
