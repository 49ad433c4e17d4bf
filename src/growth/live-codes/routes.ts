import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { allow, body, describe, may, query, router } from '#platform/http/router.ts'
import { fileHeaders } from '#platform/http/upload.ts'
import { internalId } from '#platform/ids.ts'
import { changeLiveCode, createBatch, createLiveCode, deleteLiveCode, retryLiveCode, setDuty } from './commands.ts'
import { codeImage, imagePack, type Picture } from './image/code-image.ts'
import { listLiveCodes, readLiveCode } from './queries.ts'
import {
  ImageQuery,
  LiveCode,
  LiveCodeBatch,
  LiveCodeChange,
  LiveCodeInput,
  LiveCodeList,
  LiveCodeQuery,
  PackInput,
  People,
  PeopleQuery,
  PeriodQuery,
  Statistics,
} from './schema.ts'
import { listPeople, readStatistics } from './statistics.ts'

const Made = z.object({ items: z.array(LiveCode) })

export const liveCodes = router()
  .get('/', allow('live_codes.read', 'tenant'), describe('List live codes, newest first', LiveCodeList), query(LiveCodeQuery), async (c) =>
    c.json(await listLiveCodes(c.var.ctx, c.req.valid('query'))),
  )
  .post('/', allow('live_codes.write', 'tenant'), describe('Make a live code', LiveCode, 201), body(LiveCodeInput), async (c) => {
    const { ctx } = c.var
    return c.json(await readLiveCode(ctx, await createLiveCode(ctx, c.req.valid('json'))), 201)
  })
  .post(
    '/batch',
    allow('live_codes.write', 'tenant'),
    describe('Make the same code for many sites', Made, 201),
    body(LiveCodeBatch),
    async (c) => {
      const { ctx } = c.var
      const ids = await createBatch(ctx, c.req.valid('json'))
      return c.json({ items: await Promise.all(ids.map((id) => readLiveCode(ctx, id))) }, 201)
    },
  )
  .post(
    '/images',
    allow('live_codes.read', 'tenant'),
    describe('Print files of many codes: one PDF or a ZIP of pictures'),
    body(PackInput),
    async (c) => {
      const { ids, ...choice } = c.req.valid('json')
      const picture = await imagePack(
        c.var.ctx,
        ids.map((id) => internalId(c.var.ctx, 'lco', id)),
        choice,
      )
      return c.body(bytesOf(picture), 200, headersOf(picture, true))
    },
  )
  .get('/:id', allow('live_codes.read', 'tenant'), describe('Read a live code', LiveCode), async (c) =>
    c.json(await readLiveCode(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
  )
  .patch(
    '/:id',
    allow('live_codes.write', 'tenant'),
    describe('Change a live code; what is absent stays', LiveCode),
    body(LiveCodeChange),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await changeLiveCode(c.var.ctx, id, c.req.valid('json'))
      return c.json(await readLiveCode(c.var.ctx, id))
    },
  )
  .delete(
    '/:id',
    allow('live_codes.write', 'tenant'),
    describe('Delete a live code; printed ones stop working', undefined, 204),
    async (c) => {
      await deleteLiveCode(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))
      return c.body(null, 204)
    },
  )
  .post(
    '/:id/sync',
    allow('live_codes.write', 'tenant'),
    describe('Ask WeCom again, also for employees it did not take', LiveCode),
    async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await retryLiveCode(c.var.ctx, id)
      return c.json(await readLiveCode(c.var.ctx, id))
    },
  )
  .get('/:id/image', allow('live_codes.read', 'tenant'), describe('The code as picture or print file'), query(ImageQuery), async (c) => {
    const { download, ...asked } = c.req.valid('query')
    const picture = await codeImage(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), asked)
    return c.body(bytesOf(picture), 200, headersOf(picture, download ?? false))
  })
  .get(
    '/:id/statistics',
    allow('live_codes.read', 'tenant'),
    describe('Views, adds, losses, tagged and ordered by day and employee', Statistics),
    query(PeriodQuery),
    async (c) => c.json(await readStatistics(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .get(
    '/:id/people',
    allow('customers.read', 'follow'),
    describe('The people behind a number of the statistics', People),
    query(PeopleQuery),
    async (c) => c.json(await listPeople(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
  )
  .put('/:id/employees/:employeeId/duty', allow('session', 'self'), describe('Go on duty at a code', LiveCode), async (c) =>
    c.json(await changeDuty(c.var.ctx, c.req.param('id'), c.req.param('employeeId'), true)),
  )
  .delete('/:id/employees/:employeeId/duty', allow('session', 'self'), describe('Go off duty at a code', LiveCode), async (c) =>
    c.json(await changeDuty(c.var.ctx, c.req.param('id'), c.req.param('employeeId'), false)),
  )

const idOf = (ctx: Context, text: string): number => internalId(ctx, 'lco', text)

async function changeDuty(ctx: Context, codeText: string, employeeText: string, onDuty: boolean): Promise<LiveCode> {
  const id = idOf(ctx, codeText)
  const employee = internalId(ctx, 'emp', employeeText)
  const isSelf = ctx.actor.kind === 'employee' && ctx.actor.id === employee
  if (!isSelf && !may(ctx, 'live_codes.write'))
    throw appError('permission.missing', {
      status: 403,
      message: 'Others are sent on and off duty by whoever may change live codes.',
      details: { permission: 'live_codes.write' },
    })
  await setDuty(ctx, id, employee, onDuty)
  return readLiveCode(ctx, id)
}

const bytesOf = ({ bytes }: Picture): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)

/** Shown in the page or saved; a picture of ours is drawn anew whenever its code changes. */
function headersOf({ name, contentType, bytes }: Picture, download: boolean): Record<string, string> {
  const headers = fileHeaders(name, contentType, bytes.length)
  return {
    ...headers,
    'Content-Disposition': String(headers['Content-Disposition']).replace(/^(inline|attachment)/, download ? 'attachment' : 'inline'),
    'Cache-Control': 'private, no-cache',
  }
}
