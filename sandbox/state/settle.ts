// What happens by itself when its time has come. It is asked for before every call and once a second, so that neither a restart
// nor a moved clock leaves anything on its way.

import { warnOfQuotasEnding } from './acquisition.ts'
import { settleMomentJobs } from './moment-life.ts'
import { settleTransfers } from './transfers.ts'
import type { World } from './world.ts'

const everyMs = 1000

export function settleDue(world: World): void {
  if (world.store.closed()) return
  settleTransfers(world)
  warnOfQuotasEnding(world)
  settleMomentJobs(world)
}

export function startSettling(world: World): () => void {
  settleDue(world)
  const timer = setInterval(() => settleDue(world), everyMs)
  return () => clearInterval(timer)
}
