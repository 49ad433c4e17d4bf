import { z } from 'zod'
import { canonicalOf, membersOf, visibleCanonical } from '#management/identity/queries.ts'
import { openPhone } from '#management/identity/values.ts'
import { tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import type { UsersOf } from '#management/uses.ts'
import { audit } from '#platform/audit.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { PageQuery } from '#platform/http/paging.ts'
import { type AppEnv, allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import {
  AttributeItem,
  AttributeList,
  AttributePatch,
  createAttribute,
  deleteAttribute,
  listAttributes,
  NewAttribute,
  updateAttribute,
} from './attributes.ts'
import { cancelBulk, findBulk, listBulk, startBulk, undoBulk } from './bulk.ts'
import { createCustomer, linkCustomers, unlinkCustomers, updateCustomer } from './editing.ts'
import { getCustomer } from './profile.ts'
import { countCustomers, listCustomers, parseFilter } from './queries.ts'
import {
  BulkJob,
  BulkJobList,
  BulkPreview,
  BulkTagging,
  CustomerDetail,
  CustomerList,
  CustomerPatch,
  linkKinds,
  NewCustomer,
  NewLink,
  TimelineList,
} from './schema.ts'
import { readTimeline } from './timeline.ts'

const ListQuery = PageQuery.extend({
  filter: z.string().max(20_000).optional(),
  sort: z.string().max(50).optional(),
  q: z.string().max(100).optional(),
})

type Request = { req: { param(name: 'id'): string }; var: AppEnv['Variables'] }

/** The customer in the path, whichever of its ids was given, if the actor may see it. */
const customerOf = (c: Request): Promise<number> => visibleCanonical(c.var.ctx, internalId(c.var.ctx, 'cus', c.req.param('id')))

/** `definitions`: what the timeline calls events, from every loop. */
export const customers = (definitions: readonly EventDefinition[]) =>
  router()
    .get(
      '/',
      allow('customers.read', 'follow'),
      describe('List customers by filter, search and order', CustomerList),
      query(ListQuery),
      async (c) => {
        const { filter, ...rest } = c.req.valid('query')
        return c.json(await listCustomers(c.var.ctx, { ...rest, filter: parseFilter(filter) }))
      },
    )
    .post(
      '/',
      allow('customers.write', 'tenant'),
      describe('Add a customer by hand', CustomerDetail, 201),
      body(NewCustomer),
      async (c) => {
        const id = await createCustomer(c.var.ctx, c.req.valid('json'))
        return c.json(await getCustomer(c.var.ctx, id), 201)
      },
    )
    .post(
      '/bulk',
      allow('customers.write', 'follow'),
      describe('Tag or untag many customers, as a job', z.object({ job: z.string() }), 202),
      body(BulkTagging),
      async (c) => {
        const { ctx } = c.var
        return c.json({ job: publicId(ctx, 'job', await startBulk(ctx, c.req.valid('json'))) }, 202)
      },
    )
    .post(
      '/bulk/preview',
      allow('customers.read', 'follow'),
      describe('How many customers a filter reaches', z.object({ count: z.int() })),
      body(BulkPreview),
      async (c) => c.json({ count: await countCustomers(c.var.ctx, c.req.valid('json')) }),
    )
    .get(
      '/bulk',
      allow('customers.write', 'follow'),
      describe('The latest jobs over many customers', BulkJobList),
      query(z.object({ limit: z.coerce.number().int().min(1).max(50).default(10) })),
      async (c) => c.json({ items: await listBulk(c.var.ctx, c.req.valid('query').limit), next: null }),
    )
    .get('/bulk/:id', allow('customers.write', 'follow'), describe('Progress of a job over many customers', BulkJob), async (c) =>
      c.json(await findBulk(c.var.ctx, internalId(c.var.ctx, 'job', c.req.param('id')))),
    )
    .delete(
      '/bulk/:id',
      allow('customers.write', 'follow'),
      describe('Stop a job over many customers; what is done stays done', undefined, 204),
      async (c) => {
        await cancelBulk(c.var.ctx, internalId(c.var.ctx, 'job', c.req.param('id')))
        return c.body(null, 204)
      },
    )
    .post(
      '/bulk/:id/undo',
      allow('customers.write', 'follow'),
      describe('Take back a finished job, for those it changed, as a job', z.object({ job: z.string() }), 202),
      async (c) => {
        const { ctx } = c.var
        return c.json({ job: publicId(ctx, 'job', await undoBulk(ctx, internalId(ctx, 'job', c.req.param('id')))) }, 202)
      },
    )
    .get('/:id', allow('customers.read', 'follow'), describe('One customer with everything merged into it', CustomerDetail), async (c) =>
      c.json(await getCustomer(c.var.ctx, await customerOf(c))),
    )
    .patch(
      '/:id',
      allow('customers.write', 'follow'),
      describe('Change what is known about a customer', CustomerDetail),
      body(CustomerPatch),
      async (c) => {
        const id = await customerOf(c)
        await updateCustomer(c.var.ctx, id, c.req.valid('json'))
        return c.json(await getCustomer(c.var.ctx, id))
      },
    )
    .get(
      '/:id/timeline',
      allow('customers.read', 'follow'),
      describe('What a customer did and had done, newest first', TimelineList),
      query(PageQuery),
      async (c) => c.json(await readTimeline(c.var.ctx, definitions, { customerId: await customerOf(c), ...c.req.valid('query') })),
    )
    .get(
      '/:id/phones',
      allow('phone.reveal', 'follow'),
      describe('The whole phone numbers; who looked is in the audit log', z.object({ items: z.array(z.string()) })),
      async (c) => c.json({ items: await revealPhones(c.var.ctx, await customerOf(c)) }),
    )
    .put('/:id/tags/:tagId', allow('customers.write', 'follow'), describe('Tag a customer', undefined, 204), async (c) => {
      const { ctx } = c.var
      await tagCustomers(ctx, internalId(ctx, 'tag', c.req.param('tagId')), [await customerOf(c)], { source: 'manual' })
      return c.body(null, 204)
    })
    .delete('/:id/tags/:tagId', allow('customers.write', 'follow'), describe('Take a tag from a customer', undefined, 204), async (c) => {
      const { ctx } = c.var
      await untagCustomers(ctx, internalId(ctx, 'tag', c.req.param('tagId')), [await customerOf(c)], { source: 'manual' })
      return c.body(null, 204)
    })
    .post(
      '/:id/links',
      allow('customers.write', 'follow'),
      describe('Link a customer with a company, a household or another person', undefined, 204),
      body(NewLink),
      async (c) => {
        const { ctx } = c.var
        const { to, ...link } = c.req.valid('json')
        await linkCustomers(ctx, { ...link, fromId: await customerOf(c), toId: await visibleCanonical(ctx, internalId(ctx, 'cus', to)) })
        return c.body(null, 204)
      },
    )
    .delete('/:id/links/:kind/:to', allow('customers.write', 'follow'), describe('Remove a link', undefined, 204), async (c) => {
      const { ctx } = c.var
      const kind = z.enum(linkKinds).safeParse(c.req.param('kind'))
      if (!kind.success) throw notFound('customer_link')
      const from = await membersOf(ctx, await customerOf(c))
      const to = await membersOf(ctx, await visibleCanonical(ctx, internalId(ctx, 'cus', c.req.param('to'))))
      await unlinkCustomers(ctx, { from, to, kind: kind.data })
      return c.body(null, 204)
    })

const revealPhones = (ctx: Context, canonical: number): Promise<string[]> =>
  inTransaction(ctx, async (ctx) => {
    const members = await membersOf(ctx, await canonicalOf(ctx, canonical))
    const rows = await ctx.db
      .selectFrom('identities')
      .select('sealed')
      .where('tenantId', '=', ctx.tenantId)
      .where('kind', '=', 'phone')
      .where('customerId', 'in', members)
      .orderBy('createdAt')
      .execute()
    if (rows.length === 0) throw appError('phone.none', { status: 404, message: 'No phone number is known.' })
    await audit(ctx, 'phone.reveal', ['cus', canonical])
    return rows.flatMap(({ sealed }) => (sealed ? [openPhone(ctx, sealed)] : []))
  })

const attributeOf = (c: Request): number => internalId(c.var.ctx, 'att', c.req.param('id'))

const oneAttribute = async (ctx: Context, id: number): Promise<z.infer<typeof AttributeItem>> => {
  const found = (await listAttributes(ctx)).items.find((item) => item.id === publicId(ctx, 'att', id))
  if (!found) throw notFound('attribute')
  return found
}

/** Customers' own fields. */
/** `users`: what lies above does with attributes. */
export const attributes = (users: UsersOf) =>
  router()
    .get('/', allow('customers.read', 'tenant'), describe('List customer attributes', AttributeList), async (c) =>
      c.json(await listAttributes(c.var.ctx)),
    )
    .post('/', allow('customers.write', 'tenant'), describe('Declare an attribute', AttributeItem, 201), body(NewAttribute), async (c) =>
      c.json(await oneAttribute(c.var.ctx, await createAttribute(c.var.ctx, c.req.valid('json'))), 201),
    )
    .patch('/:id', allow('customers.write', 'tenant'), describe('Change an attribute', AttributeItem), body(AttributePatch), async (c) => {
      await updateAttribute(c.var.ctx, attributeOf(c), c.req.valid('json'), users)
      return c.json(await oneAttribute(c.var.ctx, attributeOf(c)))
    })
    .delete('/:id', allow('customers.write', 'tenant'), describe('Remove an attribute; stored values stay', undefined, 204), async (c) => {
      await deleteAttribute(c.var.ctx, attributeOf(c), users)
      return c.body(null, 204)
    })
