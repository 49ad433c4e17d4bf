import { z } from 'zod'
import { AppError, appError } from '#platform/errors.ts'
import type { ExportKind } from '#platform/exports/kind.ts'
import { readReport, runReport } from '../run.ts'
import type { WasteAmounts, WasteItem, WasteResult } from './schema.ts'

const kindNames = {
  channel: { zh: '渠道', en: 'Channel' },
  live_code: { zh: '活码', en: 'Live code' },
  acquisition_link: { zh: '获客链接', en: 'Acquisition link' },
  message: { zh: '消息', en: 'Message' },
  activity: { zh: '活动', en: 'Activity' },
  step: { zh: 'SOP 步骤', en: 'SOP step' },
} as const satisfies Record<WasteItem['kind'], object>

const verdictNames = {
  no_effect: { zh: '无效', en: 'No effect' },
  too_little_data: { zh: '数据不足', en: 'Too little data' },
} as const satisfies Record<WasteItem['verdict'], object>

/** The waste list as its page shows it to the asker: the filter is the report without its type. */
export const wasteExport: ExportKind = {
  name: 'waste',
  title: { zh: '浪费清单', en: 'Waste' },
  permission: 'reports.read',
  columns: [
    { zh: '对象', en: 'What' },
    { zh: '类型', en: 'Kind' },
    { zh: '花费', en: 'Spend' },
    { zh: '币种', en: 'Currency' },
    { zh: '其他币种花费', en: 'Spend in other currencies' },
    { zh: '触达人数', en: 'People touched' },
    { zh: '打开次数', en: 'Openings' },
    { zh: '观察期满', en: 'Window over' },
    { zh: '下单人数', en: 'Ordered' },
    { zh: '对照组', en: 'Held out' },
    { zh: '增量', en: 'Lift' },
    { zh: '增量下限', en: 'Lift from' },
    { zh: '增量上限', en: 'Lift to' },
    { zh: '检出把握', en: 'Power' },
    { zh: '判断', en: 'Verdict' },
  ],
  check: ({ filter }) => void documentOf(filter),
  async *rows(ctx, { filter }, { language }) {
    const { result } = await runReport(ctx, documentOf(filter))
    const { items, currency } = result as WasteResult
    yield items.map((item) => [
      item.name,
      kindNames[item.kind][language],
      item.spend,
      item.spend === null ? null : currency,
      amountsText(item.otherSpend),
      item.touched,
      item.views,
      item.closed,
      item.ordered,
      item.heldOut,
      item.lift,
      item.low,
      item.high,
      item.power,
      verdictNames[item.verdict][language],
    ])
  },
}

const amountsText = (amounts: WasteAmounts): string | null =>
  amounts.length === 0 ? null : amounts.map(({ amount, currency }) => `${currency} ${amount}`).join('; ')

function documentOf(filter: unknown): Record<string, unknown> {
  const read = z.record(z.string(), z.unknown()).safeParse(filter)
  if (!read.success) throw appError('filter.invalid', { message: 'Say the dates of the waste list.', field: 'filter', cause: read.error })
  const document = { ...read.data, type: 'waste' }
  try {
    readReport(document)
  } catch (cause) {
    if (!(cause instanceof AppError)) throw cause
    throw appError('filter.invalid', { message: cause.message, field: ['filter', ...(cause.field ? [cause.field] : [])].join('.'), cause })
  }
  return document
}
