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

/** An acquisition link of WeCom, and which of the places it was given away at. */
const link = {
  link: z.int(),
  linkName: z.string(),
  variant: z.int().optional(),
  variantName: z.string().optional(),
  channel: z.int().optional(),
  channelName: z.string().optional(),
}

/** Somebody opened our short address of a link. Who it was nobody knows yet. */
export const acquisitionLinkViewed = defineEvent('acquisition_link.viewed', {
  title: { zh: '打开获客短链', en: 'Short address of an acquisition link opened' },
  properties: z.object({ ...link, device: z.enum(['wechat', 'phone', 'computer']) }),
})

/** WeCom showed somebody the employee behind a link. */
export const acquisitionLinkOpened = defineEvent('acquisition_link.opened', {
  title: { zh: '打开获客链接', en: 'Acquisition link opened' },
  properties: z.object(link),
})

/** Somebody asked to become a friend; WeCom says so for links with a state only. */
export const acquisitionLinkRequested = defineEvent('acquisition_link.requested', {
  title: { zh: '获客链接申请好友', en: 'Friend asked through an acquisition link' },
  properties: z.object(link),
})

export const acquisitionLinkAdded = defineEvent('acquisition_link.added', {
  title: { zh: '通过获客链接添加', en: 'Added through an acquisition link' },
  own: true,
  properties: z.object({ ...link, ...employee, corp: z.int() }),
})

/** The first words of a customer who came through a link. */
export const acquisitionLinkChatStarted = defineEvent('acquisition_link.chat_started', {
  title: { zh: '获客客户开口', en: 'Customer of an acquisition link wrote' },
  own: true,
  properties: z.object({ ...link, ...employee }),
})

export const acquisitionLinkLeft = defineEvent('acquisition_link.left', {
  title: { zh: '获客链接好友流失', en: 'Lost a friend of an acquisition link' },
  properties: z.object({ ...link, ...employee, by: z.enum(['customer', 'employee', 'transfer']), daysKept: z.int() }),
})

const linkSetup = { link: z.int(), linkName: z.string(), by: z.string() }

export const acquisitionLinkCreated = defineEvent('acquisition_link.created', {
  title: { zh: '新建获客链接', en: 'Acquisition link made' },
  properties: z.object(linkSetup),
})

export const acquisitionLinkChanged = defineEvent('acquisition_link.changed', {
  title: { zh: '修改获客链接', en: 'Acquisition link changed' },
  properties: z.object({ ...linkSetup, fields: z.array(z.string()) }),
})

/** Here or by WeCom's administrator. */
export const acquisitionLinkDeleted = defineEvent('acquisition_link.deleted', {
  title: { zh: '删除获客链接', en: 'Acquisition link deleted' },
  properties: z.object({ ...linkSetup, where: z.enum(['here', 'wecom']) }),
})

/** Nobody is left behind the link who could take a customer. */
export const acquisitionLinkUncovered = defineEvent('acquisition_link.uncovered', {
  title: { zh: '获客链接不可用', en: 'Nobody left behind an acquisition link' },
  properties: z.object({ link: z.int(), linkName: z.string() }),
})

const quota = { corp: z.int(), corpName: z.string(), balance: z.int().optional() }

export const acquisitionQuotaRanLow = defineEvent('acquisition_quota.ran_low', {
  title: { zh: '获客额度不足', en: 'Quota of acquisition links ran low' },
  properties: z.object(quota),
})

export const acquisitionQuotaExhausted = defineEvent('acquisition_quota.exhausted', {
  title: { zh: '获客额度用完', en: 'Quota of acquisition links exhausted' },
  properties: z.object(quota),
})

export const acquisitionQuotaIncreased = defineEvent('acquisition_quota.increased', {
  title: { zh: '获客额度恢复', en: 'Quota of acquisition links is back' },
  properties: z.object(quota),
})

export const acquisitionQuotaExpiryAnnounced = defineEvent('acquisition_quota.expiry_announced', {
  title: { zh: '获客额度即将过期', en: 'Quota of acquisition links ends soon' },
  properties: z.object({ ...quota, expiresAt: z.iso.datetime(), expiring: z.int() }),
})

export const growthEventDefinitions = [
  acquisitionLinkViewed,
  acquisitionLinkOpened,
  acquisitionLinkRequested,
  acquisitionLinkAdded,
  acquisitionLinkChatStarted,
  acquisitionLinkLeft,
  acquisitionLinkCreated,
  acquisitionLinkChanged,
  acquisitionLinkDeleted,
  acquisitionLinkUncovered,
  acquisitionQuotaRanLow,
  acquisitionQuotaExhausted,
  acquisitionQuotaIncreased,
  acquisitionQuotaExpiryAnnounced,
  liveCodeViewed,
  liveCodeAdded,
  liveCodeLeft,
  liveCodeCreated,
  liveCodeChanged,
  liveCodeDeleted,
  liveCodeDutyChanged,
  liveCodeUncovered,
]
