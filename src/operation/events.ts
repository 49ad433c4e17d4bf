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
    /** The customer who invited, by external user id: whoever that counts as later is their business. */
    inviter: z.string().optional(),
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

const journey = { journey: z.int(), journeyName: z.string(), version: z.int() }

export const journeyEntered = defineEvent('journey.entered', {
  title: { zh: '进入旅程', en: 'Entered a journey' },
  properties: z.object(journey),
})

/** `how`: done (came to an end), left (by an exit, the goal or a merge), stopped, failed. */
export const journeyLeft = defineEvent('journey.left', {
  title: { zh: '离开旅程', en: 'Left a journey' },
  properties: z.object({ ...journey, how: z.enum(['done', 'left', 'stopped', 'failed']), reason: z.string() }),
})

export const journeyGoalReached = defineEvent('journey.goal_reached', {
  title: { zh: '达成旅程目标', en: 'Reached the goal of a journey' },
  properties: z.object(journey),
})

const step = { ...journey, step: z.string(), run: z.int() }

/** A coupon or points that a journey wants somebody to have. */
export const offerRequested = defineEvent('offer.requested', {
  title: { zh: '旅程发放权益', en: 'A journey wants to give something' },
  properties: z.object({ ...step, offer: z.enum(['coupon', 'points']), value: z.string() }),
})

/**
 * A text message that a journey wants somebody to have, for whoever is connected to a provider. The number is not told: it is asked
 * for by the customer. `notBefore`: when the quiet hours end.
 */
export const smsRequested = defineEvent('sms.requested', {
  title: { zh: '旅程请求发短信', en: 'A journey wants a text message sent' },
  properties: z.object({ ...step, text: z.string(), kind: z.enum(['marketing', 'service']), notBefore: z.string().optional() }),
})

/** For whoever listens by webhook. */
export const journeySignalled = defineEvent('journey.signalled', {
  title: { zh: '旅程发出信号', en: 'A journey gave a signal' },
  properties: z.object({ ...step, signal: z.string() }),
})

/** Whom a task was asked of, and by what; without an employee it waits for a manager. */
const task = {
  task: z.int(),
  taskTitle: z.string(),
  kind: z.enum(['contact', 'todo', 'marketing']),
  source: z.enum(['journey', 'marketing_task', 'hand']),
  sourceId: z.int(),
  step: z.string().optional(),
  employee: z.int().optional(),
  employeeName: z.string().optional(),
}

/** Also when it went to somebody else. */
export const taskAssigned = defineEvent('task.assigned', {
  title: { zh: '分配任务', en: 'Task assigned' },
  properties: z.object({ ...task, again: z.boolean() }),
})

export const taskCompleted = defineEvent('task.completed', {
  title: { zh: '完成任务', en: 'Task completed' },
  properties: z.object({ ...task, result: z.enum(['done', 'skipped']), by: z.string() }),
})

/** Its time was over while it was open. Told once a task. */
export const taskOverdue = defineEvent('task.overdue', {
  title: { zh: '任务逾期', en: 'Task overdue' },
  properties: z.object({ ...task, escalatedTo: z.int().optional() }),
})

const marketingTask = { marketingTask: z.int(), marketingTaskName: z.string() }
const performer = { employee: z.int(), employeeName: z.string() }

export const marketingTaskCreated = defineEvent('marketing_task.created', {
  title: { zh: '新建营销任务', en: 'Marketing task made' },
  properties: z.object({ ...marketingTask, people: z.int(), by: z.string() }),
})

export const marketingTaskStopped = defineEvent('marketing_task.stopped', {
  title: { zh: '停止营销任务', en: 'Marketing task stopped' },
  properties: z.object({ ...marketingTask, by: z.string() }),
})

/** An employee came to the goal; told once each. */
export const marketingTaskReached = defineEvent('marketing_task.reached', {
  title: { zh: '营销任务达标', en: 'Goal of a marketing task reached' },
  properties: z.object({ ...marketingTask, ...performer, goalKind: z.enum(['clicks', 'friends', 'orders']), goal: z.int() }),
})

/** Somebody opened an employee's link. Who it was nobody knows yet. */
export const marketingLinkClicked = defineEvent('marketing_link.clicked', {
  title: { zh: '点击营销链接', en: 'Marketing link clicked' },
  properties: z.object({ ...marketingTask, ...performer, device: z.enum(['wechat', 'phone', 'computer']) }),
})

/** An employee came a stage further with a customer, or went back one. */
export const followUpMoved = defineEvent('follow_up.moved', {
  title: { zh: '跟进阶段变更', en: 'Follow-up stage changed' },
  properties: z.object({ ...performer, stage: z.int(), stageName: z.string(), before: z.string().optional() }),
})

export const followUpNoted = defineEvent('follow_up.noted', {
  title: { zh: '跟进记录', en: 'Follow-up noted' },
  properties: z.object({ ...performer, text: z.string(), files: z.int() }),
})

const experiment = { experiment: z.string(), experimentName: z.string() }
const setUp = z.object({ ...experiment, by: z.string() })

/**
 * Somebody met a variant first, or would have been treated at this moment and was left alone (ghost). Declared with what others may
 * tell (insight/tracking), because trials that run elsewhere tell it too; our own name themselves by ids that nobody can guess.
 */
export const experimentExposed = defineEvent('experiment.exposed', {
  title: { zh: '进入实验', en: 'Entered an experiment' },
  properties: z.object({ ...experiment, variant: z.string(), ghost: z.boolean() }),
})

export const experimentCreated = defineEvent('experiment.created', { title: { zh: '新建实验', en: 'Experiment made' }, properties: setUp })

export const experimentChanged = defineEvent('experiment.changed', {
  title: { zh: '修改实验', en: 'Experiment changed' },
  properties: setUp.extend({ fields: z.array(z.string()) }),
})

export const experimentDeleted = defineEvent('experiment.deleted', {
  title: { zh: '删除实验', en: 'Experiment deleted' },
  properties: setUp,
})

export const experimentStarted = defineEvent('experiment.started', {
  title: { zh: '实验开始', en: 'Experiment started' },
  properties: setUp,
})

export const experimentStopped = defineEvent('experiment.stopped', {
  title: { zh: '实验停止', en: 'Experiment stopped' },
  properties: setUp.extend({ winner: z.string().optional() }),
})

export const experimentArchived = defineEvent('experiment.archived', {
  title: { zh: '实验归档', en: 'Experiment archived' },
  properties: setUp,
})

/** The variants came in other shares than they were dealt out in: something loses people. Once an experiment. */
export const experimentRatioAlarmed = defineEvent('experiment.ratio_alarmed', {
  title: { zh: '实验分流异常', en: 'Shares of an experiment are off' },
  properties: setUp.extend({ p: z.number() }),
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
  journeyEntered,
  journeyLeft,
  journeyGoalReached,
  offerRequested,
  smsRequested,
  journeySignalled,
  followUpMoved,
  followUpNoted,
  marketingTaskCreated,
  marketingTaskStopped,
  marketingTaskReached,
  marketingLinkClicked,
  taskAssigned,
  taskCompleted,
  taskOverdue,
  messageSent,
  messageSuppressed,
  messageFailed,
  consentGiven,
  consentWithdrawn,
  groupCodeCreated,
  groupCodeChanged,
  groupCodeDeleted,
  experimentCreated,
  experimentChanged,
  experimentDeleted,
  experimentStarted,
  experimentStopped,
  experimentArchived,
  experimentRatioAlarmed,
  groupCreated,
  groupJoined,
  groupLeft,
  groupRenamed,
  groupOwnerChanged,
  groupDismissed,
]
