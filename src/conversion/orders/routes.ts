import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { createContext, systemActor } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { parseJson } from '#platform/http/json.ts'
import { PageQuery } from '#platform/http/paging.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { enterOrder, receiveOrder, refundOrder } from './commands.ts'
import { parseOrderFilter } from './filter.ts'
import { findOrder, listOrders } from './queries.ts'
import { OrderBody, OrderDetail, OrderList, RefundBody, Shop, ShopWithSecret, TradeTotals } from './schema.ts'
import { changeShop, checkShopSignature, createShop, listShops } from './shops.ts'
import { tradeTotals } from './totals.ts'

const day = z.string().max(20).optional()
const asked = z.object({ filter: z.string().max(10_000).optional(), q: z.string().max(100).optional() })

export const orders = router()
  .get(
    '/',
    allow('orders.read', 'follow'),
    describe(
      'List orders; filter by status, shop, customer, product, region, source, paidAt, createdAt, paidMinor, refundedMinor, anonymous',
      OrderList,
    ),
    query(PageQuery.extend({ ...asked.shape, sort: z.string().max(40).optional() })),
    async (c) => {
      const { filter, ...rest } = c.req.valid('query')
      return c.json(await listOrders(c.var.ctx, { ...rest, filter: parseOrderFilter(filter) }))
    },
  )
  .get(
    '/totals',
    allow('orders.read', 'follow'),
    describe('Trade of days: paid, refunded, net, orders, buyers, by month and day', TradeTotals),
    query(asked.extend({ from: day, to: day, currency: z.string().length(3).optional() })),
    async (c) => {
      const { filter, ...rest } = c.req.valid('query')
      return c.json(
        await tradeTotals(c.var.ctx, { ...rest, from: rest.from || undefined, to: rest.to || undefined, filter: parseOrderFilter(filter) }),
      )
    },
  )
  .post(
    '/',
    allow('orders.write', 'tenant'),
    describe('Enter an order by hand', z.object({ id: z.string(), customer: z.string().nullable() }), 201),
    body(OrderBody),
    async (c) => {
      const { order, customer } = await enterOrder(c.var.ctx, c.req.valid('json'))
      return c.json(
        { id: publicId(c.var.ctx, 'ord', order), customer: customer === null ? null : publicId(c.var.ctx, 'cus', customer) },
        201,
      )
    },
  )
  .get('/:id', allow('orders.read', 'follow'), describe('One order with its lines and refunds', OrderDetail), async (c) =>
    c.json(await findOrder(c.var.ctx, internalId(c.var.ctx, 'ord', c.req.param('id')))),
  )
  .post(
    '/:id/refunds',
    allow('orders.write', 'follow'),
    describe('Write down a refund, of the whole order or by line', z.object({ id: z.string() }), 201),
    body(RefundBody),
    async (c) => {
      const { refund } = await refundOrder(c.var.ctx, internalId(c.var.ctx, 'ord', c.req.param('id')), c.req.valid('json'))
      return c.json({ id: publicId(c.var.ctx, 'ref', refund) }, 201)
    },
  )

const shopName = z.string().trim().min(1).max(100)

export const shops = router()
  .get(
    '/',
    allow('orders.read', 'tenant'),
    describe('Shops that orders come from', z.object({ items: z.array(Shop), next: z.null() })),
    async (c) => c.json({ items: await listShops(c.var.ctx), next: null }),
  )
  .post(
    '/',
    allow('orders.write', 'tenant'),
    describe('Add a shop; its webhook secret is shown once', ShopWithSecret, 201),
    body(z.object({ name: shopName })),
    async (c) => {
      const { id, secret } = await createShop(c.var.ctx, c.req.valid('json').name)
      return c.json({ ...(await shopOf(c.var.ctx, id)), secret }, 201)
    },
  )
  .patch(
    '/:id',
    allow('orders.write', 'tenant'),
    describe(
      'Rename or put away a shop, or give it a new secret; the old one stays good for a day',
      ShopWithSecret.partial({ secret: true }),
    ),
    body(z.object({ name: shopName.optional(), rotateSecret: z.literal(true).optional(), archived: z.boolean().optional() })),
    async (c) => {
      const id = internalId(c.var.ctx, 'shp', c.req.param('id'))
      const change = c.req.valid('json')
      const changed = await changeShop(c.var.ctx, id, change)
      return change.archived ? c.body(null, 204) : c.json({ ...(await shopOf(c.var.ctx, id)), ...changed })
    },
  )

async function shopOf(ctx: Parameters<typeof listShops>[0], id: number): Promise<z.infer<typeof Shop>> {
  const found = (await listShops(ctx)).find((shop) => shop.id === publicId(ctx, 'shp', id))
  if (!found) throw notFound('shop')
  return found
}

/** The door for shops: nobody logs in, the signature proves who speaks. */
export const orderHooks = router().post(
  '/:shop',
  allow('orders.receive', 'public'),
  describe('Signed order webhook', z.object({ order: z.string(), customer: z.string().optional() })),
  async (c) => {
    const { installation, requestId } = c.var
    const shop = installation.ids.open('shp', c.req.param('shop'))
    if (!shop) throw notFound('shop')
    const ctx = createContext(installation, shop.tenantId, { ...systemActor, name: 'order webhook' }, requestId ?? randomUUID())
    const text = await c.req.text()
    await checkShopSignature(ctx, shop.id, c.req.header('liuliang-signature'), text)
    const parsed = OrderBody.safeParse(parseJson(text))
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw appError('request.invalid', { message: issue?.message ?? 'The order is not valid.', field: issue?.path.join('.') })
    }
    const { order, customer } = await receiveOrder(ctx, { shopId: shop.id, source: 'webhook' }, parsed.data)
    return c.json({ order: publicId(ctx, 'ord', order), ...(customer === null ? {} : { customer: publicId(ctx, 'cus', customer) }) })
  },
)
