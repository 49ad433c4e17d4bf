import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import type { Consumer, LoggedEvent } from '#platform/events/consumers.ts'
import { corpsOfFriends, endFriendships, type Friend, friendshipsBetween, recordFriends } from './friends.ts'
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
    const bare: Friend[] = []
    for (const event of events) {
      if (event.name === 'customer.followed') bare.push(...(await added(ctx, event, links)))
      else await left(ctx, event)
    }
    // Through a bare address: only the links' own lists say which.
    for (const corp of await corpsOfFriends(ctx, bare)) await readSoon(ctx, corp)
  },
}

const Followed = z.object({ employee: z.int(), state: z.string().optional(), addWay: z.string().optional() })

/** Returns who came through nobody knows which link. */
async function added(ctx: Context, { customerId, at, properties }: LoggedEvent, links: ReadonlyMap<string, LinkFacts>): Promise<Friend[]> {
  const { employee, state, addWay } = Followed.parse(properties)
  if (customerId === null) return []
  const friend = { customerId, employeeId: employee }
  const link = state ? links.get(state) : undefined
  if (!link) return addWay === 'acquisition_link' ? [friend] : []
  const own = (await friendshipsBetween(ctx, friend)).find(({ corp }) => corp === link.corp)
  if (own) await recordFriends(ctx, link, [{ ...own, addedAt: at, endedAt: null, endedBy: null }])
  return []
}

const Unfollowed = z.object({ employee: z.int(), by: z.enum(['customer', 'employee', 'transfer']) })

async function left(ctx: Context, { customerId, at, properties }: LoggedEvent): Promise<void> {
  const { employee, by } = Unfollowed.parse(properties)
  if (customerId !== null) await endFriendships(ctx, { customerId, employeeId: employee, at, by })
}
