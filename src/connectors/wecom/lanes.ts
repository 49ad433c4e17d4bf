import { type Lane, parallelCalls } from './limits.ts'

/** How many calls run side by side, per api of a corp; whoever greets a customer goes before whoever synchronises. */
export type Lanes = {
  run<T>(name: string, lane: Lane, most: number | undefined, work: () => Promise<T>): Promise<T>
  /** 45033: half as many from now on; they grow back one by one while calls succeed. */
  slowDown(name: string): void
}

type Track = { running: number; width: number; most: number; calm: number; waiting: Record<Lane, (() => void)[]> }

/** So many good calls widen a narrowed track by one. */
const callsToWiden = 50

export function createLanes(): Lanes {
  const tracks = new Map<string, Track>()
  const trackOf = (name: string): Track => {
    const found = tracks.get(name) ?? { running: 0, width: parallelCalls, most: parallelCalls, calm: 0, waiting: { first: [], bulk: [] } }
    tracks.set(name, found)
    return found
  }
  return {
    async run(name, lane, most, work) {
      const track = trackOf(name)
      track.most = most ?? parallelCalls
      await new Promise<void>((resolve) => {
        track.waiting[lane].push(resolve)
        letIn(track)
      })
      try {
        return await work()
      } finally {
        leave(track)
      }
    },
    slowDown(name) {
      const track = trackOf(name)
      track.width = Math.max(1, Math.floor(track.width / 2))
      track.calm = 0
    },
  }
}

function letIn(track: Track): void {
  while (track.running < Math.min(track.width, track.most)) {
    const next = track.waiting.first.shift() ?? track.waiting.bulk.shift()
    if (!next) return
    track.running += 1
    next()
  }
}

function leave(track: Track): void {
  track.running -= 1
  track.calm += 1
  if (track.calm >= callsToWiden && track.width < parallelCalls) {
    track.width += 1
    track.calm = 0
  }
  letIn(track)
}
