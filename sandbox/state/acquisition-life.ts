// What happens when somebody opens an acquisition link.
import { acquisitionEvent } from '../callbacks/acquisition-events.ts'
import { emit } from '../callbacks/events.ts'
import { balanceOf, beginAcquired, type Link, markUnavailable, newestLinks, recordClick } from './acquisition.ts'
import { membersBehind } from './contact-ways.ts'
import { type Customer, findFollow, followsOfCustomer } from './customers.ts'
import { activeMembers, type Employee } from './directory.ts'
import { addWays, approach, type Scanned } from './friendships.ts'
import type { World } from './world.ts'

const channelMost = 64

export type LinkRefusal = { refused: 'link.unavailable' | 'link.exhausted' }

/** `chosen`: whom of those behind the link WeCom offers; by chance when nobody says. */
export function openLink(world: World, link: Link, customer: Customer, channel: string, chosen?: string): Scanned | LinkRefusal {
  return world.store.transaction(() => {
    recordClick(world, link, customer.externalUserId)
    const state = cut(channel)
    const employee = pick(world, link, customer, chosen)
    if (!employee) {
      markUnavailable(world, link)
      return { refused: 'link.unavailable' }
    }
    const about = { LinkId: link.linkId, State: state || undefined }
    emit(world, link.corpId, acquisitionEvent('open_profile', about))
    const known = findFollow(world, link.corpId, employee.userId, customer.externalUserId)
    const areFriends = known?.customerSide && known.memberSide
    if (!areFriends && balanceOf(world, link.corpId) === 0) return { refused: 'link.exhausted' }
    if (!areFriends) {
      beginAcquired(world, link, employee.userId, customer.externalUserId, state)
      // Without a state the documents know no such event.
      if (state) emit(world, link.corpId, acquisitionEvent('friend_request', about))
    }
    return approach(world, {
      corpId: link.corpId,
      employee,
      customer,
      skipVerify: link.body.skip_verify,
      addWay: addWays.acquisitionLink,
      state,
    })
  })
}

/** Somebody left or may no longer take customers: links that led to nobody else are told of. */
export function noticeEmptyLinks(world: World, corpId: string): void {
  for (const link of newestLinks(world, corpId, -1)) if (ableBehind(world, link).length === 0) markUnavailable(world, link)
}

function ableBehind(world: World, { corpId, body }: Link): Employee[] {
  const behind = membersBehind(world, corpId, { user: body.range.user_list, party: body.range.department_list })
  return behind.filter((it) => it.status === 1 && it.contact)
}

/** An old friend comes first where the link says so: of the whole company (1) or of those listed (2). */
function pick(world: World, link: Link, customer: Customer, chosen: string | undefined): Employee | undefined {
  const able = activeMembers(world, link.corpId)
  const priority = link.body.priority_option
  const preferred = priority?.priority_type === 2 ? able.filter((it) => priority.priority_userid_list.includes(it.userId)) : able
  const friends = new Set(
    followsOfCustomer(world, customer.externalUserId)
      .filter((it) => it.memberSide && it.customerSide)
      .map((it) => it.userId),
  )
  const friend = priority && preferred.find((it) => friends.has(it.userId))
  if (friend) return friend
  const members = ableBehind(world, link)
  return members.find((it) => it.userId === chosen) ?? members[Math.floor(Math.random() * members.length)]
}

/** 64 bytes, and no character in halves. */
function cut(channel: string): string {
  let text = channel
  while (Buffer.byteLength(text) > channelMost) text = [...text].slice(0, -1).join('')
  return text
}
