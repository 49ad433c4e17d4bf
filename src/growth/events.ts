import { z } from 'zod'
import { defineEvent } from '#platform/events/catalogue.ts'

const code = { code: z.int(), codeName: z.string(), channel: z.int().optional(), channelName: z.string().optional() }
const employee = { employee: z.int(), employeeName: z.string() }

/** Somebody opened the short link. Who it was nobody knows yet. */
export const liveCodeViewed = defineEvent('live_code.viewed', {
  title: { zh: '打开活码', en: 'Live code opened' },
  properties: z.object({ ...code, device: z.enum(['wechat', 'phone', 'computer']) }),
})

export const liveCodeAdded = defineEvent('live_code.added', {
  title: { zh: '通过活码添加', en: 'Added through a live code' },
  own: true,
  properties: z.object({ ...code, ...employee, corp: z.int(), again: z.boolean() }),
})

/** A friendship that came through the code ended. */
export const liveCodeLeft = defineEvent('live_code.left', {
  title: { zh: '活码好友流失', en: 'Lost a friend of a live code' },
  properties: z.object({ ...code, ...employee, by: z.enum(['customer', 'employee', 'transfer']), daysKept: z.int() }),
})

const setup = { code: z.int(), codeName: z.string(), by: z.string() }

export const liveCodeCreated = defineEvent('live_code.created', {
  title: { zh: '新建活码', en: 'Live code made' },
  properties: z.object(setup),
})

export const liveCodeChanged = defineEvent('live_code.changed', {
  title: { zh: '修改活码', en: 'Live code changed' },
  properties: z.object({ ...setup, fields: z.array(z.string()) }),
})

export const liveCodeDeleted = defineEvent('live_code.deleted', {
  title: { zh: '删除活码', en: 'Live code deleted' },
  properties: z.object(setup),
})

/** An employee went on or off duty at a code, by their own hand or a manager's. */
export const liveCodeDutyChanged = defineEvent('live_code.duty_changed', {
  title: { zh: '活码上下班', en: 'Duty at a live code changed' },
  properties: z.object({ ...setup, ...employee, onDuty: z.boolean() }),
})

/** Nobody is left who may be offered: everybody is full, off duty or off the rota, and so are the spare ones. */
export const liveCodeUncovered = defineEvent('live_code.uncovered', {
  title: { zh: '活码无人值守', en: 'Nobody on duty at a live code' },
  properties: z.object({ code: z.int(), codeName: z.string() }),
})

export const growthEventDefinitions = [
  liveCodeViewed,
  liveCodeAdded,
  liveCodeLeft,
  liveCodeCreated,
  liveCodeChanged,
  liveCodeDeleted,
  liveCodeDutyChanged,
  liveCodeUncovered,
]
