// Figures of customer service, day by day (section 17; pages 95489 and 95490).
import { z } from 'zod'
import { listKfAccounts } from '../state/kf.ts'
import { type SittingRow, sittingsBetween } from '../state/kf-sittings.ts'
import { type Upgrade, upgradesBetween } from '../state/kf-upgrades.ts'
import { dayMs, toSeconds, type World } from '../state/world.ts'
import { figureDays } from './days.ts'
import { accountNamed } from './kf.ts'
import { type Call, type Endpoint, endpoint, Nothing } from './protocol.ts'

const daysMost = 31

const Period = z.object({ open_kfid: z.string().min(1).optional(), start_time: z.int(), end_time: z.int() })

export const kfFigureEndpoints: Endpoint[] = [
  endpoint({
    path: 'kf/get_corp_statistic',
    permission: 'kf',
    list: true,
    empty: { statistic_list: [] },
    input: Period,
    handle: (call, input) => perDay(call, input, corpFigures),
  }),
  endpoint({
    path: 'kf/get_servicer_statistic',
    permission: 'kf',
    list: true,
    empty: { statistic_list: [] },
    input: Period.extend({ servicer_userid: z.string().min(1).optional() }),
    handle: (call, input) => perDay(call, input, (day) => servicerFigures(day, input.servicer_userid)),
  }),
  endpoint({
    path: 'kf/get_corp_qualification',
    method: 'GET',
    permission: 'kf',
    input: Nothing,
    handle: ({ world }) => ({ wechat_channels_binding: world.settings.habits.channelsBound }),
  }),
]

type Word = { openKfId: string; externalUserId: string; at: number }
type Day = { words: Word[]; sittings: SittingRow[]; upgrades: Upgrade[]; rejections: { externalUserId: string; servicer: string }[] }

/** One account, or all of the company's together. */
function perDay(call: Call, input: z.infer<typeof Period>, figures: (day: Day) => Record<string, number>) {
  const { world, agent } = call
  const accounts = input.open_kfid ? [accountNamed(call, input.open_kfid)] : listKfAccounts(world, agent.corpId)
  const ids = accounts.map((it) => it.openKfId)
  const { days } = figureDays(world, { from: input.start_time, to: input.end_time, daysMost })
  return { statistic_list: days.map((day) => ({ stat_time: toSeconds(day), statistic: figures(dayOf(world, ids, day)) })) }
}

const dayOf = (world: World, accounts: string[], from: number): Day => ({
  words: customerWords(world, accounts, from, from + dayMs),
  sittings: sittingsBetween(world, accounts, from, from + dayMs),
  upgrades: upgradesBetween(world, accounts, from, from + dayMs),
  rejections: rejections(world, accounts, from, from + dayMs),
})

const customerWords = (world: World, accounts: string[], from: number, to: number): Word[] =>
  world.store
    .all<{ open_kfid: string; external_userid: string; at: number }>(
      `SELECT open_kfid, external_userid, at FROM kf_messages WHERE open_kfid IN (SELECT value FROM json_each(?)) AND origin = 3 AND at >= ? AND at < ?`,
      JSON.stringify(accounts),
      from,
      to,
    )
    .map((row) => ({ openKfId: row.open_kfid, externalUserId: row.external_userid, at: row.at }))

const rejections = (world: World, accounts: string[], from: number, to: number) =>
  world.store
    .all<{ external_userid: string; servicer: string }>(
      'SELECT external_userid, servicer FROM kf_sessions WHERE open_kfid IN (SELECT value FROM json_each(?)) AND rejected_at >= ? AND rejected_at < ?',
      JSON.stringify(accounts),
      from,
      to,
    )
    .map((row) => ({ externalUserId: row.external_userid, servicer: row.servicer }))

/** Nobody here is answered by WeCom's own robot, so its figures are zero. */
const corpFigures = (day: Day) => ({
  session_cnt: day.sittings.filter((it) => it.servicer === '').length,
  customer_cnt: different(day.words),
  customer_msg_cnt: day.words.length,
  upgrade_service_customer_cnt: different(day.upgrades),
  ai_session_reply_cnt: 0,
  ai_transfer_rate: 0,
  ai_knowledge_hit_rate: 0,
  msg_rejected_customer_cnt: different(day.rejections),
})

/** Of one person, or of all who answer. Rates are shares of one, and zero where nothing was asked. */
function servicerFigures(day: Day, servicer: string | undefined) {
  const isMeant = (it: { servicer: string }) => it.servicer !== '' && (servicer === undefined || it.servicer === servicer)
  const sittings = day.sittings.filter(isMeant)
  const heard = day.words.filter((word) => sittings.some((it) => isDuring(it, word)))
  const replied = sittings.filter((it) => it.repliedAt !== undefined)
  const waits = replied.map((it) => (it.repliedAt ?? 0) - (it.askedAt ?? it.beganAt)).filter((ms) => ms >= 0)
  const asked = sittings.filter((it) => it.endedAt !== undefined)
  const rated = (rating?: string) => asked.filter((it) => (rating ? it.rating === rating : it.rating !== undefined)).length
  const upgrades = servicer === undefined ? day.upgrades : day.upgrades.filter(isMeant)
  const [members, groups] = [upgrades.filter((it) => it.userId), upgrades.filter((it) => it.chatId)]
  return {
    session_cnt: sittings.length,
    customer_cnt: different(sittings),
    customer_msg_cnt: heard.length,
    reply_rate: share(replied.length, sittings.length),
    first_reply_average_sec: waits.length === 0 ? 0 : Math.round(waits.reduce((sum, ms) => sum + ms, 0) / waits.length / 1000),
    satisfaction_investgate_cnt: asked.length,
    satisfaction_participation_rate: share(rated(), asked.length),
    satisfied_rate: share(rated('satisfied'), rated()),
    middling_rate: share(rated('middling'), rated()),
    dissatisfied_rate: share(rated('dissatisfied'), rated()),
    upgrade_service_customer_cnt: different(upgrades),
    upgrade_service_member_invite_cnt: members.length,
    upgrade_service_member_customer_cnt: different(members.filter((it) => it.acceptedAt !== undefined)),
    upgrade_service_groupchat_invite_cnt: groups.length,
    upgrade_service_groupchat_customer_cnt: different(groups.filter((it) => it.acceptedAt !== undefined)),
    msg_rejected_customer_cnt: different(servicer === undefined ? day.rejections : day.rejections.filter(isMeant)),
  }
}

const isDuring = (it: SittingRow, word: Word): boolean =>
  it.openKfId === word.openKfId &&
  it.externalUserId === word.externalUserId &&
  word.at >= it.beganAt &&
  (it.endedAt === undefined || word.at <= it.endedAt)

const different = (rows: { externalUserId: string }[]): number => new Set(rows.map((it) => it.externalUserId)).size
const share = (some: number, all: number): number => (all === 0 ? 0 : Math.round((100 * some) / all) / 100)
