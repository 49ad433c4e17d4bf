import { z } from 'zod'
import { defineEvent } from '#platform/events/catalogue.ts'

export const customerCreated = defineEvent('customer.created', {
  title: { zh: '新客户', en: 'Customer created' },
  properties: z.object({ source: z.string(), name: z.string().optional() }),
})

/** `customerId` is whom both count as from now on, `otherCustomerId` whom the merged side counted as before. */
export const customerMerged = defineEvent('customer.merged', {
  title: { zh: '客户合并', en: 'Customers merged' },
  properties: z.object({ merge: z.int(), reason: z.string(), keep: z.int(), merged: z.int(), by: z.string() }),
})

export const customerSeparated = defineEvent('customer.separated', {
  title: { zh: '撤销合并', en: 'Merge undone' },
  properties: z.object({ merge: z.int(), keep: z.int(), merged: z.int(), by: z.string() }),
})

export const customerUpdated = defineEvent('customer.updated', {
  title: { zh: '资料修改', en: 'Customer updated' },
  properties: z.object({ fields: z.array(z.string()), by: z.string() }),
})

export const customerFollowed = defineEvent('customer.followed', {
  title: { zh: '添加好友', en: 'Friend added' },
  own: true,
  properties: z.object({
    employee: z.int(),
    employeeName: z.string(),
    channel: z.int().optional(),
    channelName: z.string().optional(),
    state: z.string().optional(),
    addWay: z.string().optional(),
    /** Not the first time of these two. */
    again: z.boolean(),
  }),
})

export const customerUnfollowed = defineEvent('customer.unfollowed', {
  title: { zh: '解除好友', en: 'Friend removed' },
  properties: z.object({ employee: z.int(), employeeName: z.string(), by: z.enum(['customer', 'employee', 'transfer']) }),
})

export const customerTagged = defineEvent('customer.tagged', {
  title: { zh: '打标签', en: 'Tagged' },
  properties: z.object({ tag: z.int(), tagName: z.string(), group: z.int(), groupName: z.string(), source: z.string(), by: z.string() }),
})

export const customerUntagged = defineEvent('customer.untagged', {
  title: { zh: '移除标签', en: 'Untagged' },
  properties: z.object({ tag: z.int(), tagName: z.string(), group: z.int(), groupName: z.string(), source: z.string(), by: z.string() }),
})

export const customersEventDefinitions = [
  customerCreated,
  customerUpdated,
  customerMerged,
  customerSeparated,
  customerFollowed,
  customerUnfollowed,
  customerTagged,
  customerUntagged,
]

/** As segments know it: the rule was made or changed, something happened, time passed, the customer counts as another one now. */
const moved = z.object({ segment: z.int(), segmentName: z.string(), why: z.enum(['rule', 'fact', 'time', 'merge']) })

/**
 * Told by insight to whoever lies below it. Among the behaviour of customers these would make "nothing for 30 days" true and, by
 * being written down, false. Everybody whom a new or changed rule takes in is told, too, with `rule` as the reason.
 */
export const segmentEntered = defineEvent('segment.entered', {
  title: { zh: '进入人群', en: 'Entered a segment' },
  logOnly: true,
  properties: moved,
})

export const segmentLeft = defineEvent('segment.left', {
  title: { zh: '离开人群', en: 'Left a segment' },
  logOnly: true,
  properties: moved,
})

export const segmentEventDefinitions = [segmentEntered, segmentLeft]

const employeeFacts = z.object({ employee: z.int(), employeeName: z.string(), by: z.enum(['hand', 'wecom']) })

export const employeeJoined = defineEvent('employee.joined', {
  title: { zh: '员工加入', en: 'Employee joined' },
  properties: employeeFacts,
})

export const employeeSuspended = defineEvent('employee.suspended', {
  title: { zh: '员工停用', en: 'Employee suspended' },
  properties: employeeFacts,
})

export const employeeResumed = defineEvent('employee.resumed', {
  title: { zh: '员工恢复', en: 'Employee resumed' },
  properties: employeeFacts,
})

/** Whoever reacts may suggest to whom the customers go. */
export const employeeLeft = defineEvent('employee.left', { title: { zh: '员工离职', en: 'Employee left' }, properties: employeeFacts })

export const employeeEventDefinitions = [employeeJoined, employeeSuspended, employeeResumed, employeeLeft]

const greeted = { employee: z.int(), state: z.string().optional() }

export const welcomeSent = defineEvent('welcome.sent', {
  title: { zh: '发送欢迎语', en: 'Welcome sent' },
  properties: z.object({ ...greeted, text: z.string().optional(), attachments: z.int() }),
})

/** `certain` is false where nobody knows: the line broke and the twenty seconds are over. */
export const welcomeFailed = defineEvent('welcome.failed', {
  title: { zh: '欢迎语未送达', en: 'Welcome not sent' },
  properties: z.object({ ...greeted, reason: z.string(), certain: z.boolean() }),
})

export const archiveAgreed = defineEvent('archive.agreed', {
  title: { zh: '同意会话存档', en: 'Agreed to archiving' },
  own: true,
  properties: z.object({ employee: z.int() }),
})

/** One of the words that the company watches, and nothing else of what was said. */
export const wordSaid = defineEvent('archive.word_said', {
  title: { zh: '聊天中说到关键词', en: 'Watched word said in a chat' },
  own: true,
  properties: z.object({ word: z.string(), by: z.enum(['customer', 'employee']), employee: z.int().optional() }),
})

export const handoverRefused = defineEvent('handover.refused', {
  title: { zh: '客户转接失败', en: 'Handover refused' },
  properties: z.object({ employee: z.int(), reason: z.string() }),
})

export const wecomEventDefinitions = [welcomeSent, welcomeFailed, archiveAgreed, wordSaid, handoverRefused]
