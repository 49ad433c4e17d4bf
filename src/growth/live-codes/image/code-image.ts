import { strToU8, zipSync } from 'fflate'
import { fetchPicture } from '#connectors/wecom/pictures.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { fileFacts, readFileBytes } from '#platform/files.ts'
import { linkOf } from '../link.ts'
import type { ImageQuery, ImageTemplate, PackInput } from '../schema.ts'
import { StoredStyle } from '../stored.ts'
import { type CardFacts, cardSvg } from './card.ts'
import { toPdf } from './pdf.ts'
import { readQr } from './read-qr.ts'
import { toPng } from './render.ts'

export type Picture = { bytes: Uint8Array; contentType: string; name: string }

type Choice = { template?: ImageTemplate | undefined; target: 'wecom' | 'link' }

export async function codeImage(
  ctx: Context,
  id: number,
  { format, size, ...choice }: Pick<ImageQuery, 'format' | 'size' | 'template' | 'target'>,
): Promise<Picture> {
  const { svg, name } = await codeSvg(ctx, id, choice)
  if (format === 'svg') return { bytes: strToU8(svg), contentType: 'image/svg+xml', name: `${name}.svg` }
  if (format === 'pdf') return { bytes: await toPdf([svg], name), contentType: 'application/pdf', name: `${name}.pdf` }
  return { bytes: toPng(svg, size), contentType: 'image/png', name: `${name}.png` }
}

const printPixels = 1600

/** Many codes at once: one PDF with a page each, or a ZIP of pictures. */
export async function imagePack(ctx: Context, ids: readonly number[], { format, ...choice }: Omit<PackInput, 'ids'>): Promise<Picture> {
  const drawn = async function* () {
    for (const id of ids) yield await codeSvg(ctx, id, choice)
  }
  if (format === 'pdf') {
    const svgs = async function* () {
      for await (const { svg } of drawn()) yield svg
    }
    return { bytes: await toPdf(svgs(), 'Live codes'), contentType: 'application/pdf', name: 'live-codes.pdf' }
  }
  const files: Record<string, Uint8Array> = {}
  for await (const { svg, name } of drawn()) {
    files[freeName(files, name, format)] = format === 'svg' ? strToU8(svg) : toPng(svg, printPixels)
    await new Promise((resolve) => setImmediate(resolve))
  }
  // Pictures are packed already.
  return { bytes: zipSync(files, { level: format === 'svg' ? 6 : 0 }), contentType: 'application/zip', name: 'live-codes.zip' }
}

function freeName(files: Record<string, unknown>, name: string, format: string): string {
  const plain = name.replace(/[\\/:*?"<>|\p{Cc}]/gu, '_') || 'code'
  for (let number = 1; ; number++) {
    const candidate = `${plain}${number === 1 ? '' : ` (${number})`}.${format}`
    if (!(candidate in files)) return candidate
  }
}

async function codeSvg(ctx: Context, id: number, { template, target }: Choice): Promise<{ svg: string; name: string }> {
  const row = await ctx.db
    .selectFrom('liveCodes')
    .select(['id', 'name', 'state', 'style', 'configId', 'qrUrl', 'qrText'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .where('deletedAt', 'is', null)
    .executeTakeFirst()
  if (!row) throw notFound('live_code')
  if (!row.configId)
    throw appError('live_code.not_made_yet', { status: 409, message: 'WeCom has not made this code yet; try again in a moment.' })
  const style = StoredStyle.parse(row.style)
  const facts: CardFacts = {
    ...style,
    template: template ?? style.template,
    name: row.name,
    text: (target === 'wecom' ? await qrTextOf(ctx, row) : undefined) ?? linkOf(ctx, row.state),
    logo: await dataUrl(ctx, style.logo),
    picture: await dataUrl(ctx, style.picture),
  }
  return { svg: cardSvg(facts), name: row.name }
}

/**
 * WeCom gives a picture only. What it says is read once, so that the code can be drawn sharp, with a logo, at any size;
 * where it cannot be read, the short link stands in the code, which leads there with one step more.
 */
export async function qrTextOf(
  ctx: Context,
  { id, qrUrl, qrText }: { id: number; qrUrl: string | null; qrText: string | null },
): Promise<string | undefined> {
  if (qrText) return qrText
  if (!qrUrl) return undefined
  try {
    const text = readQr(await fetchPicture(qrUrl))
    if (text)
      await ctx.db.updateTable('liveCodes').set({ qrText: text }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
    return text
  } catch (error) {
    ctx.log.warn({ err: error, code: id }, 'the picture of a code could not be read')
    return undefined
  }
}

async function dataUrl(ctx: Context, file: number | undefined): Promise<string | undefined> {
  const facts = file === undefined ? undefined : await fileFacts(ctx, file)
  return facts && `data:${facts.contentType};base64,${(await readFileBytes(ctx, facts.id)).toString('base64')}`
}
