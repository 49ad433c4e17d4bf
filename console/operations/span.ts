import type { Translate } from '#console/i18n/i18n.ts'

/** 42 秒 · 7 分钟 · 3 小时 · 2 天: one unit is enough to see whether it matters. */
export function spanText(seconds: number, t: Translate): string {
  if (seconds < 90) return t('operations.span.seconds', { count: Math.round(seconds) })
  if (seconds < 90 * 60) return t('operations.span.minutes', { count: Math.round(seconds / 60) })
  if (seconds < 36 * 3600) return t('operations.span.hours', { count: Math.round(seconds / 3600) })
  return t('operations.span.days', { count: Math.round(seconds / 86_400) })
}

export const secondsSince = (iso: string, now: number = Date.now()): number => Math.max(0, (now - new Date(iso).getTime()) / 1000)
