import { journeysThatGreet } from '#operation/journeys/greeting.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'

/** Journeys that may greet whoever comes by a code or link without words of its own. */
export const greetersOf = async (ctx: Context): Promise<{ id: string; name: string }[]> =>
  (await journeysThatGreet(ctx)).map(({ id, name }) => ({ id: publicId(ctx, 'jny', id), name }))
