import { z } from 'zod'
import { defineEvent } from '#platform/events/catalogue.ts'

/** A customer group; "group" alone names a group of tags in events. */
const chat = { chat: z.int(), chatName: z.string() }
/** The owner. */
const owner = { employee: z.int(), employeeName: z.string() }

export const groupCreated = defineEvent('group.created', {
  title: { zh: '新建客户群', en: 'Group created' },
  properties: z.object({ ...chat, employee: z.int().optional(), employeeName: z.string().optional() }),
})

export const groupJoined = defineEvent('group.joined', {
  title: { zh: '进群', en: 'Joined a group' },
  own: true,
  properties: z.object({
    ...chat,
    scene: z.enum(['invited', 'link', 'code', 'unknown']),
    /** Of the code they scanned. */
    state: z.string().optional(),
    /** The colleague who invited them. */
    employee: z.int().optional(),
    employeeName: z.string().optional(),
  }),
})

/** `how` is unknown where WeCom only stopped showing them. */
export const groupLeft = defineEvent('group.left', {
  title: { zh: '退群', en: 'Left a group' },
  properties: z.object({ ...chat, how: z.enum(['left', 'removed', 'dismissed', 'unknown']), daysStayed: z.int() }),
})

export const groupRenamed = defineEvent('group.renamed', {
  title: { zh: '客户群改名', en: 'Group renamed' },
  properties: z.object({ ...chat, before: z.string() }),
})

export const groupOwnerChanged = defineEvent('group.owner_changed', {
  title: { zh: '群主变更', en: 'Group owner changed' },
  properties: z.object({ ...chat, ...owner, before: z.string() }),
})

export const groupDismissed = defineEvent('group.dismissed', {
  title: { zh: '客户群解散', en: 'Group dismissed' },
  properties: z.object({ ...chat, members: z.int(), customers: z.int() }),
})

const groupCode = { groupCode: z.int(), groupCodeName: z.string(), by: z.string() }

export const groupCodeCreated = defineEvent('group_code.created', {
  title: { zh: '新建群活码', en: 'Group code made' },
  properties: z.object(groupCode),
})

export const groupCodeChanged = defineEvent('group_code.changed', {
  title: { zh: '修改群活码', en: 'Group code changed' },
  properties: z.object({ ...groupCode, fields: z.array(z.string()) }),
})

export const groupCodeDeleted = defineEvent('group_code.deleted', {
  title: { zh: '删除群活码', en: 'Group code deleted' },
  properties: z.object(groupCode),
})

const said = {
  source: z.enum(['message', 'journey']),
  sourceId: z.int(),
  step: z.string().optional(),
  content: z.int(),
  kind: z.enum(['marketing', 'service']),
  /** Told of groups only. */
  chat: z.int().optional(),
}

/** A member confirmed a mass message and WeCom says that it arrived. */
export const messageSent = defineEvent('message.sent', {
  title: { zh: '消息已送达', en: 'Message sent' },
  properties: z.object({ ...said, employee: z.int().optional(), employeeName: z.string().optional() }),
})

/** The gate kept it back for good. */
export const messageSuppressed = defineEvent('message.suppressed', {
  title: { zh: '消息被拦下', en: 'Message suppressed' },
  properties: z.object({ ...said, reason: z.string() }),
})

export const messageFailed = defineEvent('message.failed', {
  title: { zh: '消息未送达', en: 'Message not delivered' },
  properties: z.object({ ...said, reason: z.string() }),
})

const consent = { purpose: z.enum(['marketing']), by: z.string() }

export const consentGiven = defineEvent('consent.given', {
  title: { zh: '同意接收消息', en: 'Consent given' },
  properties: z.object(consent),
})

export const consentWithdrawn = defineEvent('consent.withdrawn', {
  title: { zh: '拒收消息', en: 'Consent withdrawn' },
  properties: z.object(consent),
})

export const operationEventDefinitions = [
  messageSent,
  messageSuppressed,
  messageFailed,
  consentGiven,
  consentWithdrawn,
  groupCodeCreated,
  groupCodeChanged,
  groupCodeDeleted,
  groupCreated,
  groupJoined,
  groupLeft,
  groupRenamed,
  groupOwnerChanged,
  groupDismissed,
]
