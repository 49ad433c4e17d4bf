import type { Installation } from '#platform/context.ts'
import { runInbox } from './inbox.ts'
import type { WecomPart } from './parts.ts'
import { runTagEdits } from './tag-edits.ts'
import { runTagPushes } from './tag-pushes.ts'
import { runWelcomes, type WelcomeDecider } from './welcome.ts'

/** Everything of WeCom that a worker does all the time. Any number of workers may run side by side. */
export async function runWecom(
  installation: Installation,
  deciders: readonly WelcomeDecider[],
  signal: AbortSignal,
  parts: readonly WecomPart[] = [],
): Promise<void> {
  await Promise.all([
    runInbox(installation, signal, parts),
    runWelcomes(installation, deciders, signal),
    runTagPushes(installation, signal),
    runTagEdits(installation, signal),
  ])
}
