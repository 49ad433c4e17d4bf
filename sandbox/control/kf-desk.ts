// The desk of those who answer: who waits, whom one serves, taking up, handing over, ending, and whom to recommend.
import { Hono } from 'hono'
import { z } from 'zod'
import { servicersOf } from '../api/kf.ts'
import { avatarUrl } from '../company/avatar.ts'
import { findCustomer } from '../state/customers.ts'
import { type Employee, findEmployee } from '../state/directory.ts'
import { findGroupChat } from '../state/group-chats.ts'
import { findKfAccount, type KfAccount, listKfAccounts, listServicers, setServicerStatus } from '../state/kf.ts'
import { issueKfCode } from '../state/kf-codes.ts'
import { noteWord } from '../state/kf-sittings.ts'
import { addKfEvent, addKfMessage, type KfSession, kfOrigins, lastKfWord, moveKfSession, sessionsInHand } from '../state/kf-talks.ts'
import { saveUpgradeRange, upgradeRange } from '../state/kf-upgrades.ts'
import { now, publish, type World } from '../state/world.ts'
import { corpOf, employeeOf, fail, readBody } from './errors.ts'
import { Both, conversation, kfPreview } from './kf.ts'

const Id = z.string().min(1)
const acts = ['accept', 'say', 'hand', 'end'] as const
/** What session_status_change says about it. */
const changeTypes = { accept: 1, hand: 2, end: 3, again: 4 } as const
const waitingShown = 100

export function kfDeskRoutes(world: World): Hono {
  const routes = new Hono()
  routes.post('/kf/servicer', async (c) => {
    const input = await readBody(
      c,
      Both.extend({ userId: Id, act: z.enum(acts), text: z.string().min(1).max(2048).optional(), to: Id.optional() }),
    )
    const { account, session } = conversation(world, input.openKfId, input.externalUserId)
    const servicer = servicerOf(world, account, input.userId, 'userId')
    if (input.act === 'say') return c.json({ msgId: servicerSays(world, account, session, servicer, input.text ?? '…') })
    if (input.act === 'accept' && session.state !== 2) return fail(409, 'kf.not_waiting', 'The customer is not waiting.')
    if (input.act !== 'accept' && session.servicer !== servicer) return theirs()
    const next = input.act === 'end' ? '' : input.act === 'hand' ? servicerOf(world, account, input.to ?? '', 'to') : servicer
    if (input.act === 'hand' && next === servicer) return fail(409, 'kf.same_servicer', 'The customer is with this member already.', 'to')
    moveKfSession(world, session, next ? 3 : 4, next)
    addKfEvent(world, account, session.externalUserId, {
      event_type: 'session_status_change',
      external_userid: session.externalUserId,
      change_type: changeTypes[input.act],
      ...(input.act === 'accept' ? {} : { old_servicer_userid: servicer }),
      ...(next && { new_servicer_userid: next }),
      msg_code: issueKfCode(world, 'state', account, session.externalUserId),
    })
    return c.json({ state: next ? 3 : 4 })
  })

  routes.post('/kf/status', async (c) => {
    const input = await readBody(c, z.object({ openKfId: Id, userId: Id, working: z.boolean() }))
    const account = findKfAccount(world, input.openKfId) ?? fail(404, 'kf.unknown', 'There is no such account.', 'openKfId')
    const servicer = servicerOf(world, account, input.userId, 'userId')
    setServicerStatus(world, account.openKfId, servicer, input.working ? 0 : 1)
    publish(world, { kind: 'message', userId: servicer })
    // The list says 0 and 1, the event 1 and 2: so it is.
    addKfEvent(world, account, '', { event_type: 'servicer_status_change', servicer_userid: servicer, status: input.working ? 1 : 2 })
    return c.json({})
  })

  routes.get('/corps/:corpId/kf-upgrades', (c) => c.json(upgradeRange(world, corpOf(world, c.req.param('corpId')).corpId)))
  routes.put('/corps/:corpId/kf-upgrades', async (c) => {
    const { corpId } = corpOf(world, c.req.param('corpId'))
    const Ids = z.array(Id).max(1000).default([])
    const input = await readBody(c, z.object({ userIds: Ids, departments: z.array(z.int()).max(1000).default([]), chatIds: Ids }))
    const userIds = input.userIds.map((userId) => employeeOf(world, corpId, userId, 'userIds').userId)
    for (const chatId of input.chatIds)
      if (findGroupChat(world, chatId)?.corpId !== corpId) return fail(404, 'group.unknown', `There is no group ${chatId}.`, 'chatIds')
    saveUpgradeRange(world, corpId, { ...input, userIds })
    return c.json(upgradeRange(world, corpId))
  })
  return routes
}

const theirs = () => fail(409, 'kf.not_theirs', 'Somebody else talks to this customer.')

const servicerOf = (world: World, account: KfAccount, userId: string, field: string): string =>
  servicersOf(world, account).find((it) => it.userId.toLowerCase() === userId.toLowerCase())?.userId ??
  fail(409, 'kf.not_servicer', 'This member does not answer here.', field)

function servicerSays(world: World, account: KfAccount, session: KfSession, servicer: string, content: string): string {
  if (session.state !== 3 || session.servicer !== servicer) return theirs()
  const { externalUserId } = session
  noteWord(world, { openKfId: account.openKfId, externalUserId, servicer, at: now(world) })
  return addKfMessage(world, account, { externalUserId, origin: kfOrigins.servicer, servicer, msgtype: 'text', body: { content } })
}

/** The member's desk: one entry for each account that the member answers for. */
export function deskOf(world: World, corpId: string, employee: Employee) {
  return listKfAccounts(world, corpId).flatMap((account) => {
    const servicers = servicersOf(world, account)
    if (!servicers.some((it) => it.userId === employee.userId)) return []
    const stopped = listServicers(world, account.openKfId).some((it) => it.userId === employee.userId && it.status === 1)
    const sessions = sessionsInHand(world, account.openKfId, waitingShown)
    return [
      {
        openKfId: account.openKfId,
        name: account.name,
        working: !stopped,
        colleagues: servicers
          .filter((it) => it.userId !== employee.userId)
          .slice(0, waitingShown)
          .map((it) => ({ userId: it.userId, name: it.name, avatar: avatarUrl(world, it.userId) })),
        waiting: sessions.filter((it) => it.state === 2).map((it) => deskRow(world, it)),
        serving: sessions.filter((it) => it.state === 3 && it.servicer === employee.userId).map((it) => deskRow(world, it)),
        elsewhere: sessions.filter((it) => it.state === 3 && it.servicer !== employee.userId).length,
      },
    ]
  })
}

function deskRow(world: World, it: KfSession) {
  const last = lastKfWord(world, it.openKfId, it.externalUserId)
  return {
    openKfId: it.openKfId,
    externalUserId: it.externalUserId,
    name: findCustomer(world, it.externalUserId)?.name ?? it.externalUserId,
    avatar: avatarUrl(world, it.externalUserId),
    servicer: it.servicer
      ? (findEmployee(world, findCustomer(world, it.externalUserId)?.corpId ?? '', it.servicer)?.name ?? it.servicer)
      : '',
    last: last ? kfPreview(last) : '',
    at: new Date(it.wroteAt ?? it.enteredAt).toISOString(),
  }
}
