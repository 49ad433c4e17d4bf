import type { Context } from '#platform/context.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { fileHeaders } from '#platform/http/upload.ts'
import { internalId } from '#platform/ids.ts'
import {
  addVariant,
  changeAcquisitionLink,
  changeVariant,
  createAcquisitionLink,
  deleteAcquisitionLink,
  deleteVariant,
  readEveryCorp,
  retryAcquisitionLink,
} from './commands.ts'
import { variantImage } from './image.ts'
import { listAcquisitionLinks, readAcquisitionLink } from './queries.ts'
import { listQuotas } from './quota.ts'
import {
  AcquiredCustomerList,
  AcquisitionLink,
  AcquisitionLinkChange,
  AcquisitionLinkInput,
  AcquisitionLinkList,
  AcquisitionLinkQuery,
  ImageQuery,
  LinkStatistics,
  PeopleQuery,
  PeriodQuery,
  QuotaList,
  Reading,
  VariantChange,
  VariantInput,
} from './schema.ts'
import { listPeople, readStatistics } from './statistics.ts'

export const acquisitionLinks = router()
  .get(
    '/',
    allow('acquisition_links.read', 'tenant'),
    describe('List acquisition links, newest first', AcquisitionLinkList),
    query(AcquisitionLinkQuery),
    async (c) => c.json(await listAcquisitionLinks(c.var.ctx, c.req.valid('query'))),
  )
  .post(
    '/',
    allow('acquisition_links.write', 'tenant'),
    describe('Make an acquisition link', AcquisitionLink, 201),
    body(AcquisitionLinkInput),
    async (c) => {
      const { ctx } = c.var
      return c.json(await readAcquisitionLink(ctx, await createAcquisitionLink(ctx, c.req.valid('json'))), 201)
    },
  )
  .get('/quota', allow('acquisition_links.read', 'tenant'), describe('How many customers may still come, by corp', QuotaList), async (c) =>
    c.json({ items: await listQuotas(c.var.ctx), next: null }),
  )
  .post(
    '/reading',
    allow('acquisition_links.read', 'tenant'),
    describe('Read links, customers and quota of every corp from WeCom now', Reading, 202),
    async (c) => c.json({ jobs: await readEveryCorp(c.var.ctx) }, 202),
  )
  .get('/:id', allow('acquisition_links.read', 'tenant'), describe('Read an acquisition link', AcquisitionLink), async (c) =>
    c.json(await readAcquisitionLink(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
  )
  .patch(
    '/:id',
    allow('acquisition_links.write', 'tenant'),
    describe('Change an acquisition link; what is absent stays', AcquisitionLink),
    body(AcquisitionLinkChange),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await changeAcquisitionLink(c.var.ctx, id, c.req.valid('json'))
      return c.json(await readAcquisitionLink(c.var.ctx, id))
    },
  )
  .delete(
    '/:id',
    allow('acquisition_links.write', 'tenant'),
    describe('Delete an acquisition link; its address stops working', undefined, 204),
    async (c) => {
      await deleteAcquisitionLink(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))
      return c.body(null, 204)
    },
  )
  .post('/:id/sync', allow('acquisition_links.write', 'tenant'), describe('Ask WeCom again', AcquisitionLink), async (c) => {
    const id = idOf(c.var.ctx, c.req.param('id'))
    await retryAcquisitionLink(c.var.ctx, id)
    return c.json(await readAcquisitionLink(c.var.ctx, id))
  })
  .post(
    '/:id/variants',
    allow('acquisition_links.write', 'tenant'),
    describe('Give the link away at one more place', AcquisitionLink, 201),
    body(VariantInput),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await addVariant(c.var.ctx, id, c.req.valid('json'))
      return c.json(await readAcquisitionLink(c.var.ctx, id), 201)
    },
  )
  .patch(
    '/:id/variants/:variantId',
    allow('acquisition_links.write', 'tenant'),
    describe('Change a place', AcquisitionLink),
    body(VariantChange),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await changeVariant(c.var.ctx, id, variantOf(c.var.ctx, c.req.param('variantId')), c.req.valid('json'))
      return c.json(await readAcquisitionLink(c.var.ctx, id))
    },
  )
  .delete(
    '/:id/variants/:variantId',
    allow('acquisition_links.write', 'tenant'),
    describe('Show a place no more; its address goes on working', undefined, 204),
    async (c) => {
      await deleteVariant(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), variantOf(c.var.ctx, c.req.param('variantId')))
      return c.body(null, 204)
    },
  )
  .get(
    '/:id/variants/:variantId/image',
    allow('acquisition_links.read', 'tenant'),
    describe('The address of a place as a code'),
    query(ImageQuery),
    async (c) => {
      const { ctx } = c.var
      const asked = c.req.valid('query')
      const { name, contentType, bytes } = await variantImage(
        ctx,
        idOf(ctx, c.req.param('id')),
        variantOf(ctx, c.req.param('variantId')),
        asked,
      )
      const headers = fileHeaders(name, contentType, bytes.length)
      const disposition = String(headers['Content-Disposition']).replace(/^(inline|attachment)/, asked.download ? 'attachment' : 'inline')
      return c.body(new Uint8Array(bytes), 200, { ...headers, 'Content-Disposition': disposition, 'Cache-Control': 'private, no-cache' })
    },
  )
  .get(
    '/:id/statistics',
    allow('acquisition_links.read', 'tenant'),
    describe('Clicks, adds, first words and losses by day, place and employee', LinkStatistics),
    query(PeriodQuery),
    async (c) => c.json(await readStatistics(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .get(
    '/:id/people',
    allow('customers.read', 'follow'),
    describe('The people behind a number of the statistics', AcquiredCustomerList),
    query(PeopleQuery),
    async (c) => c.json(await listPeople(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )

const idOf = (ctx: Context, text: string): number => internalId(ctx, 'acl', text)
const variantOf = (ctx: Context, text: string): number => internalId(ctx, 'acv', text)
