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

export const operationEventDefinitions = [
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
