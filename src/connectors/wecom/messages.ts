import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'

/** doc 90236: per call, and per member (surplus is dropped without a word). */
export const messageLimits = { members: 1000, departments: 100, tags: 100, perMemberMinute: 30, perMemberHour: 1000 } as const

export type Receivers = { members?: readonly string[] | 'all'; departments?: readonly number[]; tags?: readonly number[] }
export type Message = Omit<RequestOf<'message/send'>, 'touser' | 'toparty' | 'totag' | 'agentid'>

/** Sends as this app. Who could not be reached comes back in lists; only when nobody could it is an error (81013). */
export function sendMessage(app: WecomApp, to: Receivers, message: Message, options?: CallOptions): Promise<ResponseOf<'message/send'>> {
  const body = {
    ...message,
    ...(to.members && { touser: to.members === 'all' ? '@all' : to.members.join('|') }),
    ...(to.departments && { toparty: to.departments.join('|') }),
    ...(to.tags && { totag: to.tags.join('|') }),
    ...(app.agentId !== undefined && { agentid: app.agentId }),
  } as RequestOf<'message/send'>
  return callWecom(app, 'message/send', { body }, options)
}

/** Within 24 hours (doc 94867). */
export async function recallMessage(app: WecomApp, msgid: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'message/recall', { body: { msgid } }, options)
}
