// What a customer is told when another member is to take over, and the customer's no.
import { Hono } from 'hono'
import { avatarUrl } from '../company/avatar.ts'
import { listCorps } from '../state/corps.ts'
import type { Customer } from '../state/customers.ts'
import { nameOf } from '../state/group-life.ts'
import { settleDue } from '../state/settle.ts'
import { findTransfer, refuseTransfer, waitingTransfers } from '../state/transfers.ts'
import type { World } from '../state/world.ts'
import { customerOf, fail } from './errors.ts'

export function handoverRoutes(world: World): Hono {
  const routes = new Hono()

  routes.get('/handovers/:externalUserId', (c) => {
    settleDue(world)
    return c.json({ items: handoversOf(world, customerOf(world, c.req.param('externalUserId'))) })
  })

  routes.post('/handovers/:id/refuse', (c) => {
    settleDue(world)
    const transfer = findTransfer(world, Number(/^handover-(\d+)$/.exec(c.req.param('id'))?.[1] ?? 0))
    if (!transfer) return fail(404, 'handover.unknown', 'There is no such handover.')
    if (transfer.status !== 'waiting') return fail(409, 'handover.over', 'This handover is no longer waiting for the customer.')
    refuseTransfer(world, transfer)
    return c.json({ id: c.req.param('id'), externalUserId: transfer.externalUserId })
  })
  return routes
}

export function handoversOf(world: World, customer: Customer) {
  const corps = new Map(listCorps(world).map((it) => [it.corpId, it.name]))
  return waitingTransfers(world, customer.externalUserId).map((it) => ({
    id: `handover-${it.id}`,
    corp: corps.get(it.corpId) ?? '',
    from: { userId: it.handover, name: nameOf(world, it.corpId, it.handover) },
    to: { userId: it.takeover, name: nameOf(world, it.corpId, it.takeover), avatar: avatarUrl(world, it.takeover) },
    hasLeft: it.kind === 'resigned',
    dueAt: new Date(it.dueAt).toISOString(),
  }))
}
