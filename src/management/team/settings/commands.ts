import type { z } from 'zod'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { isTimeZone } from '#platform/zone.ts'
import { readSettings } from './queries.ts'
import type { SettingsPatch } from './schema.ts'

export function updateSettings(ctx: Context, given: z.infer<typeof SettingsPatch>): Promise<void> {
  if (given.timezone !== undefined && !isTimeZone(given.timezone))
    throw appError('settings.unknown_timezone', { message: 'No such time zone; name one like Asia/Shanghai.', field: 'timezone' })
  if (given.currency !== undefined && !currencies.has(given.currency))
    throw appError('settings.unknown_currency', { message: 'No such currency; name one like CNY.', field: 'currency' })
  return inTransaction(ctx, async (ctx) => {
    const before = await readSettings(ctx)
    const change = Object.fromEntries(
      Object.entries(given).filter(([key, value]) => value !== undefined && value !== before[key as keyof typeof before]),
    )
    if (Object.keys(change).length === 0) return
    await ctx.db.updateTable('tenants').set(change).where('id', '=', ctx.tenantId).execute()
    await audit(ctx, 'settings.updated', ['ten', ctx.tenantId], {
      from: Object.fromEntries(Object.keys(change).map((key) => [key, before[key as keyof typeof before]])),
      to: change,
    })
  })
}

const currencies = new Set(Intl.supportedValuesOf('currency'))
