import { z } from 'zod'
import { Review } from '#operation/approvals/approval.ts'
import type { Context } from '#platform/context.ts'
import { PageQuery } from '#platform/http/paging.ts'
import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import {
  cancelMessage,
  changeMessage,
  createMessage,
  remindMessage,
  rescheduleMessage,
  reviewMessage,
  submitMessage,
  testMessage,
  withdrawMessage,
} from './commands.ts'
import { type Ports, previewMessage, previewPeople } from './preview.ts'
import { findMessage, listMessages, listTasks, readMessage } from './queries.ts'
import {
  AudienceInput,
  MassTaskList,
  MessageDetail,
  MessageInput,
  MessageList,
  MessageQuery,
  OutcomeQuery,
  Preview,
  PreviewPeople,
  Reminded,
  Submission,
  TestSend,
} from './schema.ts'
import { inputOf, scopeOf } from './stored.ts'

const Accepted = z.object({ accepted: z.boolean() })
const Cancelled = MessageDetail.extend({ /** People who had not been asked for yet. */ taken: z.int() })
const idOf = (ctx: Context, text: string): number => internalId(ctx, 'msg', text)

/** Scope `follow`: somebody's messages go to customers whom they may see, and they see messages to those only. */
export const messages = (ports: Ports) =>
  router()
    .get('/', allow('messages.read', 'follow'), describe('Mass messages, newest first', MessageList), query(MessageQuery), async (c) =>
      c.json(await listMessages(c.var.ctx, c.req.valid('query'))),
    )
    .post('/', allow('messages.write', 'follow'), describe('Draft a mass message', MessageDetail, 201), body(MessageInput), async (c) =>
      c.json(await readMessage(c.var.ctx, await createMessage(c.var.ctx, c.req.valid('json'))), 201),
    )
    .post(
      '/preview',
      allow('messages.write', 'follow'),
      describe('How many would hear it now, and why the others would not', Preview),
      body(AudienceInput),
      async (c) => c.json(await previewMessage(c.var.ctx, { input: c.req.valid('json'), scope: c.var.ctx.actor.scope }, ports)),
    )
    .post(
      '/preview/people',
      allow('messages.write', 'follow'),
      describe('The customers behind a number of the preview', PreviewPeople),
      query(OutcomeQuery),
      body(AudienceInput),
      async (c) => {
        const asked = { input: c.req.valid('json'), scope: c.var.ctx.actor.scope }
        return c.json(await previewPeople(c.var.ctx, asked, c.req.valid('query').outcome, ports))
      },
    )
    .get('/:id', allow('messages.read', 'follow'), describe('Read a mass message with its results', MessageDetail), async (c) =>
      c.json(await readMessage(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
    )
    .put('/:id', allow('messages.write', 'follow'), describe('Change a draft', MessageDetail), body(MessageInput), async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      await changeMessage(c.var.ctx, id, c.req.valid('json'))
      return c.json(await readMessage(c.var.ctx, id))
    })
    .get('/:id/preview', allow('messages.read', 'follow'), describe('How many would hear it now', Preview), async (c) => {
      const row = await findMessage(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))
      return c.json(await previewMessage(c.var.ctx, { input: inputOf(row), id: row.id, scope: scopeOf(row) }, ports))
    })
    .get(
      '/:id/preview/people',
      allow('messages.read', 'follow'),
      describe('The customers behind a number of the preview', PreviewPeople),
      query(OutcomeQuery),
      async (c) => {
        const row = await findMessage(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))
        const asked = { input: inputOf(row), id: row.id, scope: scopeOf(row) }
        return c.json(await previewPeople(c.var.ctx, asked, c.req.valid('query').outcome, ports))
      },
    )
    .post(
      '/:id/tests',
      allow('messages.write', 'follow'),
      describe('Send it to one customer first', Accepted, 202),
      body(TestSend),
      async (c) => {
        await testMessage(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('json'))
        return c.json({ accepted: true }, 202)
      },
    )
    .post(
      '/:id/submission',
      allow('messages.write', 'follow'),
      describe('Send it, or ask for approval when it is for many', MessageDetail),
      body(Submission),
      async (c) => {
        const id = idOf(c.var.ctx, c.req.param('id'))
        const { at } = c.req.valid('json')
        await findMessage(c.var.ctx, id)
        await submitMessage(c.var.ctx, id, at === null ? null : new Date(at), ports.membersOfSegment)
        return c.json(await readMessage(c.var.ctx, id))
      },
    )
    .patch(
      '/:id/submission',
      allow('messages.write', 'follow'),
      describe('Send it at another time', MessageDetail),
      body(Submission),
      async (c) => {
        const id = idOf(c.var.ctx, c.req.param('id'))
        const { at } = c.req.valid('json')
        await rescheduleMessage(c.var.ctx, id, at === null ? null : new Date(at))
        return c.json(await readMessage(c.var.ctx, id))
      },
    )
    .delete(
      '/:id/submission',
      allow('messages.write', 'follow'),
      describe('Take it back before anybody was written to', MessageDetail),
      async (c) => {
        const id = idOf(c.var.ctx, c.req.param('id'))
        await withdrawMessage(c.var.ctx, id)
        return c.json(await readMessage(c.var.ctx, id))
      },
    )
    .post(
      '/:id/review',
      allow('messages.approve', 'follow'),
      describe('Approve or send back, as a second person', MessageDetail),
      body(Review),
      async (c) => {
        const id = idOf(c.var.ctx, c.req.param('id'))
        await reviewMessage(c.var.ctx, id, c.req.valid('json'))
        return c.json(await readMessage(c.var.ctx, id))
      },
    )
    .post('/:id/cancellation', allow('messages.write', 'follow'), describe('Cancel; what was sent stays sent', Cancelled), async (c) => {
      const id = idOf(c.var.ctx, c.req.param('id'))
      const taken = await cancelMessage(c.var.ctx, id)
      return c.json({ ...(await readMessage(c.var.ctx, id)), taken })
    })
    .post('/:id/reminders', allow('messages.write', 'follow'), describe('Remind members who have not sent yet', Reminded), async (c) =>
      c.json(await remindMessage(c.var.ctx, idOf(c.var.ctx, c.req.param('id')))),
    )
    .get(
      '/:id/tasks',
      allow('messages.read', 'follow'),
      describe('What each member was asked to send', MassTaskList),
      query(PageQuery),
      async (c) => c.json(await listTasks(c.var.ctx, idOf(c.var.ctx, c.req.param('id')), c.req.valid('query'))),
    )
