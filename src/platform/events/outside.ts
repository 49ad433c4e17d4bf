import { type IdCodec, type IdPrefix, publicId } from '../ids.ts'

/** The words under which events name other things by their id; one word means one thing in every event. */
const idWords: Record<string, IdPrefix> = {
  channel: 'cha',
  chat: 'grp',
  code: 'lco',
  corp: 'cor',
  employee: 'emp',
  group: 'tgr',
  keep: 'cus',
  merge: 'mer',
  merged: 'cus',
  order: 'ord',
  refund: 'ref',
  segment: 'seg',
  shop: 'shp',
  tag: 'tag',
}

/** An event's properties as the outside may see them: integers inside are opaque ids there. Text is left as it is. */
export const outsideProperties = (ctx: { tenantId: number; ids: IdCodec }, properties: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(properties).map(([word, value]) => {
      const prefix = Object.hasOwn(idWords, word) ? idWords[word] : undefined
      if (prefix === undefined || !Number.isInteger(value)) return [word, value]
      return [word, value === 0 ? null : publicId(ctx, prefix, Number(value))]
    }),
  )
