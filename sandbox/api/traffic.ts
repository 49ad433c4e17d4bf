// Counts calls per corp and per caller in WeCom's windows, and how many run side by side (section 20 of the protocol notes).
import { now, type World } from '../state/world.ts'

export type Traffic = {
  counts: Map<string, { startedAt: number; n: number }>
  blockedUntil: Map<string, number>
  running: Map<string, number>
}

export const newTraffic = (): Traffic => ({ counts: new Map(), blockedUntil: new Map(), running: new Map() })

const minuteMs = 60_000
const hourMs = 3600_000

/** False once the window is full; the caller is then shut out for as long as the window is. */
export function admit(world: World, traffic: Traffic, who: string, perMinute: number | undefined, perHour: number | undefined): boolean {
  const at = now(world)
  if ((traffic.blockedUntil.get(who) ?? 0) > at) return false
  const inMinute = perMinute === undefined || count(traffic, `${who}|minute`, minuteMs, at) <= perMinute
  const inHour = perHour === undefined || count(traffic, `${who}|hour`, hourMs, at) <= perHour
  if (!inHour) traffic.blockedUntil.set(who, at + hourMs)
  else if (!inMinute) traffic.blockedUntil.set(who, at + minuteMs)
  return inMinute && inHour
}

export const isBlocked = (world: World, traffic: Traffic, who: string): boolean => (traffic.blockedUntil.get(who) ?? 0) > now(world)

/** undefined when too many are running; else what to call at the end. */
export function enter(traffic: Traffic, who: string, most: number): (() => void) | undefined {
  const running = traffic.running.get(who) ?? 0
  if (running >= most) return undefined
  traffic.running.set(who, running + 1)
  return () => {
    const left = (traffic.running.get(who) ?? 1) - 1
    if (left > 0) traffic.running.set(who, left)
    else traffic.running.delete(who)
  }
}

function count(traffic: Traffic, key: string, windowMs: number, at: number): number {
  const window = traffic.counts.get(key)
  if (window && at - window.startedAt < windowMs) {
    window.n += 1
    return window.n
  }
  traffic.counts.set(key, { startedAt: at, n: 1 })
  return 1
}
