// What a camera does: from whatever was held in front of it to the code behind it.
import { findLinkByCode, type Link } from '../state/acquisition.ts'
import { type ContactWay, findContactWay } from '../state/contact-ways.ts'
import { findGroupChatByCode, type GroupChat } from '../state/group-chats.ts'
import { findJoinWay, type JoinWay } from '../state/join-ways.ts'
import type { World } from '../state/world.ts'
import { fail } from './errors.ts'

const redirectsMost = 3
const pageMost = 1024 * 1024
const loopback = new Set(['127.0.0.1', 'localhost', '[::1]'])

/** Leads to an employee (an acquisition link also with the channel it was given), to one of several groups, or to one group. */
export type Code =
  | { kind: 'link'; link: Link; channel: string }
  | { kind: 'contact'; way: ContactWay }
  | { kind: 'join'; way: JoinWay }
  | { kind: 'group'; chat: GroupChat }

/** A config id, the QR picture's address, what the QR says, or a short link on this machine that leads to one of these. */
export async function resolveCode(world: World, code: string): Promise<Code> {
  const found = codeIn(world, code)
  if (found) return found
  if (!/^https?:\/\//.test(code)) return fail(404, 'code.unknown', 'Nobody knows this code; it may have been deleted.', 'code')
  return (await follow(world, code, redirectsMost)) ?? fail(404, 'code.unknown', 'The link leads to no code of this sandbox.', 'code')
}

export const isLoopbackUrl = (url: string): boolean => URL.canParse(url) && loopback.has(new URL(url).hostname)

async function follow(world: World, url: string, left: number): Promise<Code | undefined> {
  if (!isLoopbackUrl(url)) return fail(400, 'code.not_loopback', 'The sandbox opens links on this machine only.', 'code')
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { 'user-agent': 'Mozilla/5.0 (iPhone) MicroMessenger/8.0.50 LiuliangSandbox' },
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined)
  if (!response) return fail(400, 'code.unreachable', 'The link did not answer.', 'code')
  const location = response.headers.get('location')
  if (response.status >= 300 && response.status < 400 && location) {
    await response.body?.cancel()
    const next = new URL(location, url).href
    return codeIn(world, next) ?? (left > 0 ? follow(world, next, left - 1) : undefined)
  }
  const kind = response.headers.get('content-type') ?? ''
  if (!response.ok || !/text|json/.test(kind)) {
    await response.body?.cancel()
    return undefined
  }
  return codeIn(world, (await response.text()).slice(0, pageMost))
}

export function findCode(world: World, id: string): Code | undefined {
  const contact = findContactWay(world, id)
  if (contact) return { kind: 'contact', way: contact }
  const join = findJoinWay(world, id)
  if (join) return { kind: 'join', way: join }
  const chat = findGroupChatByCode(world, id)
  return chat && { kind: 'group', chat }
}

function codeIn(world: World, text: string): Code | undefined {
  for (const [, code = '', query = ''] of text.matchAll(/\/ca\/([\w-]{12})(?:\?([^\s"'<>\\]*))?/g)) {
    const link = findLinkByCode(world, code)
    if (link) return { kind: 'link', link, channel: new URLSearchParams(query.replaceAll('&amp;', '&')).get('customer_channel') ?? '' }
  }
  for (const [id] of text.matchAll(/(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/g)) {
    const code = findCode(world, id)
    if (code) return code
  }
  return undefined
}
