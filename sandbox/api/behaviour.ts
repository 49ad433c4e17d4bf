// What members did with their customers, day by day (section 9, page 92132), counted from what happened in the sandbox.
import { z } from 'zod'
import { listDepartments, subtree, visibleEmployees } from '../state/directory.ts'
import { dayMs, toSeconds, type World } from '../state/world.ts'
import { figureDays } from './days.ts'
import { checkDepartments, visibleNamed } from './people-named.ts'
import { type Call, type Endpoint, endpoint, refuseParameter } from './protocol.ts'

const daysMost = 30
const minuteMs = 60_000

export const behaviourEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/get_user_behavior_data',
    permission: 'customers',
    list: true,
    empty: { behavior_data: [] },
    input: z.object({
      userid: z.array(z.string()).max(100).default([]),
      partyid: z.array(z.int()).max(100).default([]),
      start_time: z.int(),
      end_time: z.int(),
    }),
    handle: (call, input) => {
      const members = membersMeant(call, input)
      // Today's are not there before tomorrow.
      const { days } = figureDays(call.world, { from: input.start_time, to: input.end_time, daysMost, message: 'invalid start endtime' })
      return { behavior_data: days.map((day) => figuresOf(call, members, day)) }
    },
  }),
]

/** Several ids are one aggregate. */
function membersMeant(call: Call, { userid, partyid }: { userid: string[]; partyid: number[] }): string[] {
  const { world, agent } = call
  if (userid.length + partyid.length === 0) refuseParameter('userid', 'and partyid missing')
  const visible = visibleEmployees(world, agent)
  const named = userid.map((userId) => visibleNamed(call, userId).userId)
  checkDepartments(call, partyid)
  const parties = subtree(listDepartments(world, agent.corpId), partyid)
  const below = visible.filter((it) => it.departments.some((id) => parties.has(id))).map((it) => it.userId)
  return [...new Set([...named, ...below])]
}

function figuresOf({ world, agent }: Call, members: string[], day: number) {
  const relations = relationsOn(world, agent.corpId, members, day)
  const talks = talksOn(world, agent.corpId, members, day)
  // Replies are asked for where the customer began: who was written to first cannot be late.
  const begun = talks.filter((it) => it.customerFirst)
  const replied = begun.filter((it) => it.replyMs !== undefined)
  const waited = replied.reduce((sum, it) => sum + (it.replyMs ?? 0), 0)
  return {
    stat_time: toSeconds(day),
    chat_cnt: talks.length,
    message_cnt: talks.reduce((sum, it) => sum + it.sent, 0),
    ...(begun.length > 0 ? { reply_percentage: Math.round((10_000 * replied.length) / begun.length) / 100 } : {}),
    ...(replied.length > 0 ? { avg_reply_time: Math.round(waited / replied.length / minuteMs) } : {}),
    negative_feedback_cnt: relations.lost,
    new_apply_cnt: relations.applied,
    new_contact_cnt: relations.added,
  }
}

type Relations = { added: number; applied: number; lost: number }

const relationsOn = (world: World, corpId: string, members: string[], day: number): Relations => {
  const row = world.store.get<{ [Name in keyof Relations]: number | null }>(
    `SELECT sum(created_at >= ?3 AND created_at < ?4 AND (request IS NULL OR request = 'half')) AS added,
            sum(created_at >= ?3 AND created_at < ?4 AND oper_userid = userid) AS applied,
            sum(customer_left_at >= ?3 AND customer_left_at < ?4) AS lost
     FROM follows WHERE corp_id = ?1 AND userid IN (SELECT value FROM json_each(?2))`,
    corpId,
    JSON.stringify(members),
    day,
    day + dayMs,
  )
  return { added: row?.added ?? 0, applied: row?.applied ?? 0, lost: row?.lost ?? 0 }
}

type Talk = { sent: number; customerFirst: boolean; askedAt: number | undefined; replyMs: number | undefined }

/** One talk per member and customer. */
function talksOn(world: World, corpId: string, members: string[], day: number): Talk[] {
  const said = world.store.all<{ userid: string; external_userid: string; sender: string; at: number }>(
    `SELECT userid, external_userid, sender, at FROM messages
     WHERE corp_id = ?1 AND userid IN (SELECT value FROM json_each(?2)) AND external_userid <> '' AND source = 'chat' AND at >= ?3 AND at < ?4 ORDER BY id`,
    corpId,
    JSON.stringify(members),
    day,
    day + dayMs,
  )
  const talks = new Map<string, Talk>()
  for (const { userid, external_userid, sender, at } of said) {
    const key = `${userid}\u0000${external_userid}`
    const talk = talks.get(key) ?? { sent: 0, customerFirst: sender === 'customer', askedAt: undefined, replyMs: undefined }
    if (sender === 'customer') talk.askedAt ??= at
    else {
      talk.sent += 1
      if (talk.askedAt !== undefined) talk.replyMs ??= at - talk.askedAt
    }
    talks.set(key, talk)
  }
  return [...talks.values()]
}
