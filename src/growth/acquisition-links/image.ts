import { cardSvg } from '#growth/live-codes/image/card.ts'
import { toPdf } from '#growth/live-codes/image/pdf.ts'
import { toPng } from '#growth/live-codes/image/render.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { addressOf, shortOf } from './addresses.ts'
import type { ImageQuery } from './schema.ts'

export type Picture = { bytes: Uint8Array; contentType: string; name: string }

/** The address of a place as a code to be scanned. */
export async function variantImage(ctx: Context, link: number, variant: number, { format, size, target }: ImageQuery): Promise<Picture> {
  const row = await ctx.db
    .selectFrom('acquisitionVariants as v')
    .innerJoin('acquisitionLinks as l', (join) => join.onRef('l.tenantId', '=', 'v.tenantId').onRef('l.id', '=', 'v.linkId'))
    .select(['l.url', 'l.name', 'v.state', 'v.name as place', 'v.isMain'])
    .where('v.tenantId', '=', ctx.tenantId)
    .where('v.linkId', '=', link)
    .where('v.id', '=', variant)
    .where('v.deletedAt', 'is', null)
    .where('l.deletedAt', 'is', null)
    .executeTakeFirst()
  if (!row) throw notFound('acquisition_variant')
  if (!row.url)
    throw appError('acquisition_link.not_made_yet', { status: 409, message: 'WeCom has not made this link yet; try again in a moment.' })
  const text = target === 'wecom' ? addressOf(row.url, row.state) : shortOf(ctx, row.state)
  const name = row.isMain ? row.name : `${row.name} ${row.place}`
  const svg = cardSvg({ text, name, template: 'plain', colour: '#1a1f2b', background: '#ffffff' })
  if (format === 'svg') return { bytes: new TextEncoder().encode(svg), contentType: 'image/svg+xml', name: `${name}.svg` }
  if (format === 'pdf') return { bytes: await toPdf([svg], name), contentType: 'application/pdf', name: `${name}.pdf` }
  return { bytes: toPng(svg, size), contentType: 'image/png', name: `${name}.png` }
}
