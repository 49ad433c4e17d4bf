import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'

/**
 * What a page was dealt for somebody, sealed. The browser keeps it and brings it back when that has been shown: it can neither read
 * nor change it, and nothing is stored for people who never see the page.
 */
export type Slip = { experiment: number; customerId: number; variant: string; ghost: boolean; dealtAt: Date }

/** Short, because it travels with every question. */
const Sealed = z.tuple([z.int(), z.int(), z.string(), z.boolean(), z.int()])

/** Nonce and tag, which are there whatever is sealed. */
const leastBytes = 28

const belongsTo = ({ tenantId }: Context): string => `experiment slip ${tenantId}`

export function sealSlip(ctx: Context, { experiment, customerId, variant, ghost, dealtAt }: Slip): string {
  const words = JSON.stringify([experiment, customerId, variant, ghost, dealtAt.getTime()])
  return ctx.secrets.seal(words, belongsTo(ctx)).toString('base64url')
}

/** Nothing for what was not sealed here, for this company. */
export function openSlip(ctx: Context, text: string): Slip | undefined {
  const sealed = Buffer.from(text, 'base64url')
  if (sealed.length <= leastBytes) return undefined
  try {
    const [experiment, customerId, variant, ghost, dealtAt] = Sealed.parse(JSON.parse(ctx.secrets.open(sealed, belongsTo(ctx))))
    return { experiment, customerId, variant, ghost, dealtAt: new Date(dealtAt) }
  } catch (error) {
    if (error instanceof AppError && error.code === 'secret.wrong_key') return undefined
    throw error
  }
}
