import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'

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
