import { allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId, publicId } from '#platform/ids.ts'
import { MetricValues } from '../metrics/schema.ts'
import { changeBoard, createBoard, deleteBoard } from './commands.ts'
import { EmployeeBoardQuery, readEmployeeBoard } from './employee-board.ts'
import { boardId, getBoard, listBoards } from './queries.ts'
import { createSchedule, deleteSchedule, listSchedules, sendNow } from './schedules.ts'
import { Board, BoardPatch, BoardSchedules, Boards, NewBoard, NewSchedule } from './schema.ts'

export const boards = router()
  .get('/', allow('reports.read', 'tenant'), describe('Boards of one’s own and shared ones', Boards), async (c) =>
    c.json({ items: await listBoards(c.var.ctx), next: null }),
  )
  .post('/', allow('reports.read', 'tenant'), describe('Make a board', Board, 201), body(NewBoard), async (c) =>
    c.json(await getBoard(c.var.ctx, await createBoard(c.var.ctx, c.req.valid('json'))), 201),
  )
  .get('/schedules', allow('reports.read', 'tenant'), describe('What is sent out when', BoardSchedules), async (c) =>
    c.json({ items: await listSchedules(c.var.ctx), next: null }),
  )
  .post(
    '/schedules',
    allow('reports.write', 'tenant'),
    describe('Send a board or report in a rhythm', undefined, 201),
    body(NewSchedule),
    async (c) => c.json({ id: publicId(c.var.ctx, 'bsc', await createSchedule(c.var.ctx, c.req.valid('json'))) }, 201),
  )
  .post('/schedules/:id/send', allow('reports.write', 'tenant'), describe('Send it now, once', undefined, 202), async (c) => {
    await sendNow(c.var.ctx, internalId(c.var.ctx, 'bsc', c.req.param('id')))
    return c.body(null, 202)
  })
  .delete('/schedules/:id', allow('reports.write', 'tenant'), describe('Send it no more', undefined, 204), async (c) => {
    await deleteSchedule(c.var.ctx, internalId(c.var.ctx, 'bsc', c.req.param('id')))
    return c.body(null, 204)
  })
  .get(
    '/employee/values',
    allow('employee_board.read', 'follow'),
    describe('The numbers of the employee board, of the customers one may see', MetricValues),
    query(EmployeeBoardQuery),
    async (c) => c.json(await readEmployeeBoard(c.var.ctx, c.req.valid('query'))),
  )
  .get('/:id', allow('reports.read', 'tenant'), describe('One board', Board), async (c) =>
    c.json(await getBoard(c.var.ctx, boardId(c.var.ctx, c.req.param('id')))),
  )
  .patch('/:id', allow('reports.read', 'tenant'), describe('Change a board of one’s own', Board), body(BoardPatch), async (c) => {
    const id = boardId(c.var.ctx, c.req.param('id'))
    await changeBoard(c.var.ctx, id, c.req.valid('json'))
    return c.json(await getBoard(c.var.ctx, id))
  })
  .delete('/:id', allow('reports.read', 'tenant'), describe('Delete a board of one’s own', undefined, 204), async (c) => {
    await deleteBoard(c.var.ctx, boardId(c.var.ctx, c.req.param('id')))
    return c.body(null, 204)
  })
