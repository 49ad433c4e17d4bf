import { z } from 'zod'
import { defineJob } from '#platform/jobs.ts'
import { wecomApp } from './app.ts'
import { readCustomer, unreadable } from './contacts.ts'
import { applyNews, newsOf } from './friendships.ts'

/** Fills in what could not be read when a callback came: the API was slow, away or over its limit. */
export const refreshCustomer = defineJob({
  name: 'wecom.refresh_customer',
  payload: z.object({ corp: z.int(), externalUserId: z.string() }),
  maxAttempts: 12,
  async run(ctx, { corp, externalUserId }) {
    const askedAt = ctx.now()
    const reading = await readCustomer(await wecomApp(ctx, corp), externalUserId, {
      lane: 'bulk',
      timeoutMs: 10_000,
      requestId: ctx.requestId,
    })
    if (reading === 'unreadable') throw unreadable(externalUserId)
    const { stale } = await applyNews(ctx, corp, reading === 'gone' ? [] : newsOf(reading, askedAt))
    if (stale.length > 0) throw new Error(`the customer ${externalUserId} changed while being read`)
    return { found: reading !== 'gone' }
  },
})
