import type { Actor, Context } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import type { Plan } from './calendar.ts'
import type { Life } from './life.ts'
import { noteStep } from './progress.ts'
import type { Sandbox } from './sandbox.ts'
import { confirmAll, wakeCompany, writeMessages } from './sending.ts'
import type { Team } from './set-up.ts'
import { tryThings } from './trying.ts'
import { beginJourneys, goOn } from './walking.ts'
import { work } from './working.ts'

export type Friend = { life: Life; customer: number; externalUserId: string; actor: Actor }

/** What the company's doings are done with. `everybody`: whoever became a friend, the last first; `friends`: those who still are; `actors`: colleagues, the owner first. */
export type Doing = {
  ctx: Context
  plan: Plan
  team: Team
  sandbox: Sandbox
  everybody: readonly Friend[]
  friends: readonly Friend[]
  actors: readonly Actor[]
}

/** What cannot be told twice is one transaction with its note. */
const once = (doing: Doing, done: ReadonlySet<string>, step: string, act: (doing: Doing) => Promise<void>): Promise<void> =>
  done.has(step)
    ? Promise.resolve()
    : inTransaction(doing.ctx, async (ctx) => {
        await act({ ...doing, ctx })
        await noteStep(ctx, step)
      })

/** What is begun before the last friends come: they walk it by themselves. */
export async function beginDoings(doing: Doing, done: ReadonlySet<string>): Promise<void> {
  await once(doing, done, 'night', wakeCompany)
  await once(doing, done, 'work', work)
  await once(doing, done, 'trials', tryThings)
  await once(doing, done, 'journeys', beginJourneys)
  await once(doing, done, 'messages', writeMessages)
}

/** What employees then do on their phones. */
export async function finishDoings(doing: Doing): Promise<void> {
  await goOn(doing)
  await confirmAll(doing)
}
