import type { WelcomeDecider } from '#management/wecom/welcome.ts'
import { standingStops } from './policy.ts'
import { isStopped } from './stopping.ts'

/** Whoever comes while a stop of the company, the corp or the journey that speaks stands is not greeted. */
export const unlessStopped =
  (decider: WelcomeDecider): WelcomeDecider =>
  async (ctx, friend) => {
    const content = await decider(ctx, friend)
    if (content === undefined || content === 'stopped') return content
    const journey = content.by?.journey
    const source = typeof journey === 'number' ? { sourceKind: 'journey', sourceId: journey } : { sourceKind: 'welcome', sourceId: 0 }
    return isStopped(await standingStops(ctx), { ...source, corp: friend.corp }) ? 'stopped' : content
  }
