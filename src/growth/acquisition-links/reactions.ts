import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import type { Consumer, LoggedEvent } from '#platform/events/consumers.ts'
import { endFriendships, friendshipsBetween, recordFriends } from './friends.ts'
import { readSoon } from './jobs.ts'
import { type LinkFacts, linksOfStates } from './stored.ts'

/** What happens when somebody came through a link, or left again: one after the other, because who left may come again. */
export const acquisitionLinkReactions: Consumer = {
  name: 'acquisition_links',
  from: 'now',
  events: ['customer.followed', 'customer.unfollowed'],
  async handle(ctx, events) {
    const states = events.flatMap(({ properties }) => (typeof properties.state === 'string' ? [properties.state] : []))
    const links = await linksOfStates(ctx, states)
    for (const event of events) {
      if (event.name === 'customer.followed') await added(ctx, event, links)
      else await left(ctx, event)
    }
  },
}

const Followed = z.object({ employee: z.int(), state: z.string().optional(), addWay: z.string().optional() })

async function added(ctx: Context, { customerId, at, properties }: LoggedEvent, links: ReadonlyMap<string, LinkFacts>): Promise<void> {
  const { employee, state, addWay } = Followed.parse(properties)
  const link = state ? links.get(state) : undefined
  if (customerId === null || (!link && addWay !== 'acquisition_link')) return
  const friends = await friendshipsBetween(ctx, customerId, employee)
  const own = friends.find(({ corp }) => !link || corp === link.corp)
  if (!own) return
  if (link) await recordFriends(ctx, link, [{ ...own, addedAt: at, endedAt: null, endedBy: null }])
  // Through a bare address: only the link's own list says which.
  else await readSoon(ctx, own.corp)
}

const Unfollowed = z.object({ employee: z.int(), by: z.enum(['customer', 'employee', 'transfer']) })

async function left(ctx: Context, { customerId, at, properties }: LoggedEvent): Promise<void> {
  const { employee, by } = Unfollowed.parse(properties)
  if (customerId !== null) await endFriendships(ctx, { customerId, employeeId: employee, at, by })
}
