import type { Context as HonoContext } from 'hono'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { deviceOf } from '#platform/http/device.ts'
import { type AppEnv, allow, describe, router } from '#platform/http/router.ts'
import { readCodeName } from '#platform/http/short-links.ts'
import { pageHeaders } from '#platform/http/small-page.ts'
import { cardSvg } from './image/card.ts'
import { qrTextOf } from './image/code-image.ts'
import { toPng } from './image/render.ts'
import { linkPage, lostPage } from './link-page.ts'
import { noteViews } from './views.ts'

/** Short links: a page with the code, because WeChat adds friends from a code only. Opening it is counted. */
export const liveCodeLinks = router()
  .get(
    '/:code',
    allow('live_codes.view', 'public'),
    describe('Short link of a live code: counts the visit and shows the code'),
    async (c) => {
      const found = await findPublic(c)
      if (!found) return c.html(lostPage(), 404, pageHeaders)
      const { ctx, code } = found
      if (code.deletedAt || !code.configId) return c.html(lostPage(), 410, pageHeaders)
      if (c.req.method === 'GET') await countView(ctx, code, c.req.header('user-agent') ?? '')
      const text = await qrTextOf(ctx, code)
      return c.html(
        linkPage({ name: code.name, company: code.corpName ?? '', picture: `${c.req.path}/code.png`, address: text ?? code.qrUrl ?? '' }),
        200,
        pageHeaders,
      )
    },
  )
  .get('/:code/code.png', allow('live_codes.view', 'public'), describe('The picture on that page'), async (c) => {
    const found = await findPublic(c)
    const text = found && !found.code.deletedAt ? await qrTextOf(found.ctx, found.code) : undefined
    if (!text) return c.body(null, 404)
    const svg = cardSvg({ text, name: '', template: 'plain', colour: '#1a1f2b', background: '#ffffff' })
    return c.body(new Uint8Array(toPng(svg, 600)), 200, { 'Content-Type': 'image/png', 'Cache-Control': 'public, max-age=300' })
  })

type PublicCode = NonNullable<Awaited<ReturnType<typeof readPublic>>>

async function findPublic(c: HonoContext<AppEnv>): Promise<{ ctx: Context; code: PublicCode } | undefined> {
  const name = readCodeName(c.req.param('code') ?? '')
  if (!name) return undefined
  const ctx = createContext(c.var.installation, name.tenantId, systemActor, c.var.requestId)
  const code = await readPublic(ctx, name.state)
  return code && { ctx, code }
}

const readPublic = (ctx: Context, state: string) =>
  ctx.db
    .selectFrom('liveCodes as l')
    .leftJoin('wecomCorps as w', (join) => join.onRef('w.tenantId', '=', 'l.tenantId').onRef('w.id', '=', 'l.corp'))
    .leftJoin('channels as h', (join) => join.onRef('h.tenantId', '=', 'l.tenantId').onRef('h.id', '=', 'l.channelId'))
    .select([
      'l.id',
      'l.name',
      'l.channelId',
      'h.name as channelName',
      'l.configId',
      'l.qrUrl',
      'l.qrText',
      'l.deletedAt',
      'w.name as corpName',
    ])
    .where('l.tenantId', '=', ctx.tenantId)
    .where('l.state', '=', state)
    .executeTakeFirst()

async function countView(ctx: Context, code: PublicCode, agent: string): Promise<void> {
  const device = deviceOf(agent)
  if (device) await noteViews(ctx, code, [{ device }])
}
