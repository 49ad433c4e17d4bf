import { acquisitionLinkViewed } from '#growth/events.ts'
import { lostPage } from '#growth/live-codes/link-page.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { emit, inTransaction } from '#platform/events/emit.ts'
import { type Device, deviceOf } from '#platform/http/device.ts'
import { allow, describe, router } from '#platform/http/router.ts'
import { readCodeName } from '#platform/http/short-links.ts'
import { pageHeaders } from '#platform/http/small-page.ts'
import { addressOf } from './addresses.ts'
import { type LinkFacts, linkOfState, propertiesOf } from './stored.ts'

/** Our address of a place: counts the visit and leads on to WeCom. */
export const acquisitionShortLinks = router().get(
  '/:code',
  allow('acquisition_links.view', 'public'),
  describe('Short address of an acquisition link: counts the visit and leads to WeCom'),
  async (c) => {
    const name = readCodeName(c.req.param('code'))
    if (!name) return c.html(lostPage(), 404, pageHeaders)
    const ctx = createContext(c.var.installation, name.tenantId, systemActor, c.var.requestId)
    const link = await linkOfState(ctx, name.state)
    if (!link) return c.html(lostPage(), 404, pageHeaders)
    if (link.deletedAt || link.goneAt || !link.url) return c.html(lostPage(), 410, pageHeaders)
    const device = deviceOf(c.req.header('user-agent') ?? '')
    if (c.req.method === 'GET' && device) await noteView(ctx, link, device)
    c.header('Cache-Control', 'no-store')
    return c.redirect(addressOf(link.url, name.state), 302)
  },
)

const noteView = (ctx: Context, link: LinkFacts, device: Device): Promise<void> =>
  inTransaction(ctx, async (ctx) => emit(ctx, acquisitionLinkViewed, { customerId: null, properties: { ...propertiesOf(link), device } }))
