// Figures are of whole days of Beijing: yesterday is the latest, 180 days back the earliest.
import { beijingMidnight, dayMs, now, type World } from '../state/world.ts'
import { refuse } from './protocol.ts'

const daysBackMost = 180

/** A closed interval in seconds becomes midnights, the last one exclusive; 600018 where there are no figures. */
export function figureDays(world: World, span: { from: number; to: number; daysMost: number; message?: string }) {
  const today = beijingMidnight(now(world))
  const from = beijingMidnight(span.from * 1000)
  const to = beijingMidnight(span.to * 1000) + dayMs
  const isAllowed = to > from && to <= today && from >= today - daysBackMost * dayMs && to - from <= span.daysMost * dayMs
  if (!isAllowed) refuse(600018, span.message)
  return { from, to, days: Array.from({ length: (to - from) / dayMs }, (_, index) => from + index * dayMs) }
}
