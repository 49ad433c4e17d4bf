// The administrator's hand on acquisition links: what there is, buying quota, deleting a link.
import { Hono } from 'hono'
import { z } from 'zod'
import { acquisitionEvent } from '../callbacks/acquisition-events.ts'
import { emit } from '../callbacks/events.ts'
import { balanceOf, buyQuota, deleteLink, findLink, forgetQuotas, linkUrl, newestLinks } from '../state/acquisition.ts'
import type { World } from '../state/world.ts'
import { corpOf, fail, Limit, readBody, readQuery } from './errors.ts'

export function acquisitionRoutes(world: World): Hono {
  const routes = new Hono()

  routes.get('/links', (c) => {
    const { corp, limit } = readQuery(c, z.object({ corp: z.string().optional(), limit: Limit }))
    return c.json({
      items: newestLinks(world, corp, limit).map((it) => ({
        linkId: it.linkId,
        corpId: it.corpId,
        name: it.body.link_name,
        url: linkUrl(world, it),
        skipVerify: it.body.skip_verify,
        createdAt: new Date(it.createdAt).toISOString(),
      })),
    })
  })

  // What is done in the admin site is told; what the app does through the API is not.
  routes.delete('/links/:linkId', (c) => {
    const link = findLink(world, c.req.param('linkId')) ?? fail(404, 'link.unknown', 'There is no such link.')
    world.store.transaction(() => {
      deleteLink(world, link)
      emit(world, link.corpId, acquisitionEvent('delete_link', { LinkId: link.linkId }))
    })
    return c.json({ linkId: link.linkId })
  })

  routes.post('/links/quota', async (c) => {
    const input = await readBody(
      c,
      z.object({
        corp: z.string().optional(),
        amount: z.int().min(0).max(1_000_000),
        days: z.number().min(0).max(3650).default(365),
        replace: z.boolean().default(false),
      }),
    )
    const { corpId } = corpOf(world, input.corp)
    world.store.transaction(() => {
      if (input.replace) {
        balanceOf(world, corpId)
        forgetQuotas(world, corpId)
      }
      if (input.amount > 0) buyQuota(world, corpId, input.amount, input.days)
    })
    return c.json({ balance: balanceOf(world, corpId) })
  })
  return routes
}
