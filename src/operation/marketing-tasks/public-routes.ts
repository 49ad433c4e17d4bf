import { html } from 'hono/html'
import { targetOf } from '#operation/tasks/links.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { deviceOf } from '#platform/http/device.ts'
import { allow, describe, router } from '#platform/http/router.ts'
import { readCodeName } from '#platform/http/short-links.ts'
import { pageHeaders, smallPage } from '#platform/http/small-page.ts'
import { publicId } from '#platform/ids.ts'
import { countClick } from './counting.ts'

/** An employee's own address of a marketing task: counts the visit and leads to the stored address, never to another one. */
export const marketingShortLinks = router().get(
  '/:code',
  allow('marketing_tasks.view', 'public'),
  describe('Short address of a marketing task: counts the visit and leads on'),
  async (c) => {
    const name = readCodeName(c.req.param('code'))
    if (!name) return c.html(lostPage(), 404, pageHeaders)
    const ctx = createContext(c.var.installation, name.tenantId, systemActor, c.var.requestId)
    const link = await linkOfCode(ctx, name.state)
    if (!link) return c.html(lostPage(), 404, pageHeaders)
    const device = deviceOf(c.req.header('user-agent') ?? '')
    if (c.req.method === 'GET' && device) await countClick(ctx, link.id, device)
    c.header('Cache-Control', 'no-store')
    c.header('Referrer-Policy', 'no-referrer')
    const who = { employee: publicId(ctx, 'emp', link.employeeId), task: publicId(ctx, 'mtk', link.taskId) }
    return c.redirect(targetOf(link.targetUrl, who), 302)
  },
)

const linkOfCode = (ctx: Context, code: string) =>
  ctx.db
    .selectFrom('marketingLinks as k')
    .innerJoin('marketingTasks as m', (join) => join.onRef('m.tenantId', '=', 'k.tenantId').onRef('m.id', '=', 'k.taskId'))
    .select(['k.id', 'k.employeeId', 'k.taskId', 'm.targetUrl'])
    .where('k.tenantId', '=', ctx.tenantId)
    .where('k.code', '=', code)
    .executeTakeFirst()

const lostPage = () =>
  smallPage(
    '链接已失效',
    html`<h1>这个链接已失效</h1><p>请向工作人员索取新的链接。</p><p lang="en">This link is no longer in use. Please ask the staff for a new one.</p>`,
  )
