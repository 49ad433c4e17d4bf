// Figures of customer groups, by owner or by day (section 9, page 92133).
import { z } from 'zod'
import { type GroupChat, listGroupChatsEver } from '../state/group-chats.ts'
import { dayMs, toSeconds, type World } from '../state/world.ts'
import { figureDays } from './days.ts'
import { OwnerFilter, wantedOwners } from './groups.ts'
import { type Call, type Endpoint, endpoint } from './protocol.ts'

const daysMost = 30

const Period = z.object({ day_begin_time: z.int(), day_end_time: z.int().optional(), owner_filter: OwnerFilter })
const orders = { 1: 'new_chat_cnt', 2: 'chat_total', 3: 'new_member_cnt', 4: 'member_total' } as const

export const groupStatisticEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/groupchat/statistic',
    permission: 'customers',
    list: true,
    empty: { items: [] },
    input: Period.extend({
      order_by: z.union([z.literal(1), z.literal(2), z.literal(3), z.literal(4)]).default(1),
      order_asc: z.int().min(0).max(1).default(0),
      offset: z.int().min(0).default(0),
      limit: z.int().min(1).max(1000).default(500),
    }),
    handle: (call, input) => {
      const { from, to } = daysOf(call.world, input)
      const byOwner = Map.groupBy(chatsOf(call, input), (it) => it.owner)
      const figuresOf = figuresBetween(call, from, to)
      const turn = input.order_asc === 1 ? 1 : -1
      const items = [...byOwner]
        .map(([owner, chats]) => ({ owner, data: figuresOf(chats) }))
        .sort((a, b) => turn * (a.data[orders[input.order_by]] - b.data[orders[input.order_by]]) || a.owner.localeCompare(b.owner))
      const page = items.slice(input.offset, input.offset + input.limit)
      return { total: items.length, next_offset: input.offset + page.length, items: page }
    },
  }),
  endpoint({
    path: 'externalcontact/groupchat/statistic_group_by_day',
    permission: 'customers',
    list: true,
    empty: { items: [] },
    input: Period,
    handle: (call, input) => {
      const { days } = daysOf(call.world, input)
      const chats = chatsOf(call, input)
      return { items: days.map((day) => ({ stat_time: toSeconds(day), data: figuresBetween(call, day, day + dayMs)(chats) })) }
    },
  }),
]

const daysOf = (world: World, input: z.infer<typeof Period>) =>
  figureDays(world, { from: input.day_begin_time, to: input.day_end_time ?? input.day_begin_time, daysMost })

function chatsOf(call: Call, input: z.infer<typeof Period>): GroupChat[] {
  const isWanted = wantedOwners(call, input.owner_filter?.userid_list ?? [])
  return listGroupChatsEver(call.world, call.agent.corpId).filter((it) => isWanted(it.owner))
}

type Members = { chat_id: string; fresh: number; total: number }
type Talk = { chat_id: string; messages: number; speakers: number }

/** Dismissed groups count for the days on which they were there. */
function figuresBetween({ world, agent }: Call, from: number, to: number) {
  const members = new Map(
    world.store
      .all<Members>(
        `SELECT chat_id, sum(joined_at >= ?2) AS fresh, sum(left_at IS NULL OR left_at >= ?3) AS total
         FROM group_members JOIN group_chats USING (chat_id) WHERE corp_id = ?1 AND joined_at < ?3 GROUP BY chat_id`,
        agent.corpId,
        from,
        to,
      )
      .map((row) => [row.chat_id, row]),
  )
  const talk = new Map(
    world.store
      .all<Talk>(
        `SELECT chat_id, count(*) AS messages, count(DISTINCT sender) AS speakers
         FROM group_messages JOIN group_chats USING (chat_id) WHERE corp_id = ?1 AND at >= ?2 AND at < ?3 AND kind <> 'system' GROUP BY chat_id`,
        agent.corpId,
        from,
        to,
      )
      .map((row) => [row.chat_id, row]),
  )
  return (chats: GroupChat[]) => {
    const alive = chats.filter((it) => it.createdAt < to && (it.dismissedAt === undefined || it.dismissedAt >= to))
    const said = chats.flatMap((it) => talk.get(it.chatId) ?? [])
    return {
      new_chat_cnt: chats.filter((it) => it.createdAt >= from && it.createdAt < to).length,
      chat_total: alive.length,
      chat_has_msg: said.length,
      new_member_cnt: sum(chats.map((it) => members.get(it.chatId)?.fresh ?? 0)),
      member_total: sum(alive.map((it) => members.get(it.chatId)?.total ?? 0)),
      member_has_msg: sum(said.map((it) => it.speakers)),
      msg_total: sum(said.map((it) => it.messages)),
      migrate_trainee_chat_cnt: 0,
    }
  }
}

const sum = (numbers: number[]): number => numbers.reduce((total, it) => total + it, 0)
