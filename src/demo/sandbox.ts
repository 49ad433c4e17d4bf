import { z } from 'zod'
import { appError } from '#platform/errors.ts'

/** The acts of the demo's customers and employees on the virtual phone, each with the time it happened. */
export type Sandbox = {
  corpIds(): Promise<string[]>
  scan(scan: Scan): Promise<z.infer<typeof Scanned>>
  /** A known customer scans a code into a group. */
  enter(code: string, customer: string, at: number): Promise<void>
  consent(friend: Friend, agree: boolean): Promise<void>
  confirm(task: string, at: number): Promise<void>
  unfollow(friend: Friend, by: 'customer' | 'employee', at: number): Promise<void>
  say(from: string, to: string, text: string, at: number): Promise<void>
  /** The group of that name; made at that moment, with its owner and colleagues, when there is none. */
  group(group: { name: string; owner: string; members: readonly string[] }, at: number): Promise<string>
  /** By the employee whose friend it is; who is in the group already stays as they are. */
  invite(chatId: string, friend: Friend, at: number): Promise<void>
  /** The mass messages and moments that wait to be confirmed on a member's phone. */
  massTasks(userId: string): Promise<string[]>
  /** What a member published, by its name at WeCom. */
  moments(userId: string): Promise<string[]>
  like(moment: string, userId: string, by: string): Promise<void>
  comment(moment: string, userId: string, by: string, text: string): Promise<void>
  /** Whether the app's own marks come back as news. Returns how it was. */
  tellApiEdits(tell: boolean): Promise<void>
  /** Callbacks that are still on their way. */
  underWay(): Promise<number>
}

type Friend = { externalUserId: string; userId: string }

type Scan = { code: string; person: string; name: string; gender: number; employee: string; at?: number }

const Scanned = z.object({ externalUserId: z.string(), userId: z.string(), relation: z.string(), task: z.string().optional() })
const Corps = z.object({ items: z.array(z.object({ corpId: z.string() })) })
const Tasks = z.object({ items: z.array(z.object({ id: z.string() })) })
const Moments = z.object({ items: z.array(z.object({ momentId: z.string() })) })
const Groups = z.object({ items: z.array(z.object({ chatId: z.string(), name: z.string() })) })
const Callbacks = z.object({ counts: z.record(z.string(), z.number()) })

export function openSandbox(url: string): Sandbox {
  const ask = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${url}/sandbox${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(30_000),
    }).catch((cause) => {
      throw appError('demo.no_sandbox', { status: 502, message: `The WeCom sandbox does not answer at ${url}.`, cause })
    })
    const answer: unknown = await response.json().catch(() => undefined)
    if (!response.ok)
      throw appError('sandbox.refused', {
        status: 502,
        message: `The WeCom sandbox answered ${response.status} to ${path}: ${JSON.stringify(answer)?.slice(0, 300)}`,
      })
    return answer
  }
  return {
    corpIds: async () => Corps.parse(await ask('GET', '/corps')).items.map(({ corpId }) => corpId),
    scan: async ({ at, ...scan }) => Scanned.parse(await ask('POST', '/scan', { ...scan, ...(at !== undefined && told(at)) })),
    enter: async (code, customer, at) => void (await ask('POST', '/scan', { code, customer, ...told(at) })),
    consent: async (friend, agree) => void (await ask('POST', '/archive/consent', { ...friend, agree })),
    confirm: async (task, at) => void (await ask('POST', `/tasks/${task}/confirm`, told(at))),
    unfollow: async (friend, by, at) => void (await ask('POST', '/unfollow', { ...friend, by, ...told(at) })),
    say: async (from, to, text, at) => void (await ask('POST', '/say', { from, to, text, ...told(at) })),
    group: async (group, at) => {
      const known = Groups.parse(await ask('GET', '/groups?limit=200')).items.find((one) => one.name === group.name)
      return known?.chatId ?? z.object({ chatId: z.string() }).parse(await ask('POST', '/groups', { ...group, ...told(at) })).chatId
    },
    invite: async (chatId, { userId, externalUserId }, at) =>
      void (await ask('POST', `/groups/${chatId}/invite`, { by: userId, members: [externalUserId], via: 'link', ...told(at) })),
    massTasks: async (userId) =>
      Tasks.parse(await ask('GET', `/tasks/${userId}`)).items.flatMap(({ id }) => (/^(mass|moment)-/.test(id) ? [id] : [])),
    moments: async (employee) => Moments.parse(await ask('GET', `/moments?employee=${employee}`)).items.map(({ momentId }) => momentId),
    like: async (moment, userId, by) => void (await ask('POST', `/moments/${moment}/like`, { userId, by })),
    comment: async (moment, userId, by, text) => void (await ask('POST', `/moments/${moment}/comment`, { userId, by, text })),
    tellApiEdits: async (apiEdits) => void (await ask('PUT', '/settings', { habits: { apiEdits } })),
    underWay: async () => Callbacks.parse(await ask('GET', '/callbacks?limit=1')).counts.waiting ?? 0,
  }
}

const told = (at: number) => ({ at: new Date(at).toISOString() })
