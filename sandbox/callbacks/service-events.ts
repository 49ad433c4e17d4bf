// Pushes about cards, customer service and the archive.
import { cdata, type Event } from './events.ts'

export type Selection = { questionKey: string; optionIds: string[] }

/** A member pressed something on a card: the code lets the app change that card once. */
export const templateCardEvent = (it: {
  userId: string
  agentId: number
  key: string
  taskId: string
  cardType: string
  responseCode: string
  selected: Selection[]
}): Event => ({
  name: 'template_card_event',
  fields: {
    MsgType: 'event',
    Event: 'template_card_event',
    EventKey: it.key,
    TaskId: it.taskId,
    CardType: it.cardType,
    ResponseCode: it.responseCode,
    AgentID: it.agentId,
    SelectedItems: it.selected.length > 0 ? { inner: it.selected.map(selectedItem).join('') } : undefined,
  },
  lane: it.userId,
  agentId: it.agentId,
  from: it.userId,
})

const selectedItem = ({ questionKey, optionIds }: Selection): string =>
  `<SelectedItem><QuestionKey>${cdata(questionKey)}</QuestionKey><OptionIds>${optionIds.map((id) => `<OptionId>${cdata(id)}</OptionId>`).join('')}</OptionIds></SelectedItem>`

/** Something new lies in an account; what it is, sync_msg tells whoever brings the token. */
export const kfEvent = (token: string, openKfId: string): Event => ({
  name: 'kf_msg_or_event',
  fields: { MsgType: 'event', Event: 'kf_msg_or_event', Token: token, OpenKfId: openKfId },
  lane: openKfId,
})

export const archiveEvent = (agentId: number): Event => ({
  name: 'msgaudit_notify',
  fields: { MsgType: 'event', Event: 'msgaudit_notify', AgentID: agentId },
  lane: 'archive',
  agentId,
})

export const mediaJobEvent = (agentId: number, jobId: string): Event => ({
  name: 'upload_media_job_finish',
  fields: { MsgType: 'event', Event: 'upload_media_job_finish', JobId: jobId },
  lane: jobId,
  agentId,
})

/** The administrator gave the app an account of customer service, or took it away. */
export const kfAuthEvent = (openKfId: string, isGiven: boolean): Event => ({
  name: 'kf_account_auth_change',
  fields: {
    MsgType: 'event',
    Event: 'kf_account_auth_change',
    AuthAddOpenKfId: isGiven ? openKfId : undefined,
    AuthDelOpenKfId: isGiven ? undefined : openKfId,
  },
  lane: 'kf accounts',
})
