// Conversations as the figures of customer service count them: who began them, who took them up, how fast the first answer was.
import type { World } from './world.ts'

type Sitting = { openKfId: string; externalUserId: string; servicer: string; at: number }

/** The customer begins (no servicer), or somebody takes the conversation up: whoever had it before has it no more. */
export function beginSitting(world: World, it: Sitting): void {
  if (it.servicer !== '') endSittings(world, it, (servicer) => servicer !== '')
  world.store.run(
    'INSERT INTO kf_sittings (open_kfid, external_userid, servicer, began_at) VALUES (?, ?, ?, ?)',
    it.openKfId,
    it.externalUserId,
    it.servicer,
    it.at,
  )
}

export function endSittings(world: World, it: Omit<Sitting, 'servicer'>, isMeant: (servicer: string) => boolean = () => true): void {
  for (const { id, servicer } of openSittings(world, it))
    if (isMeant(servicer)) world.store.run('UPDATE kf_sittings SET ended_at = ? WHERE id = ?', it.at, id)
}

/** A servicer is asked by each word of the customer and has answered with the first word after it. */
export function noteWord(world: World, it: Sitting): void {
  const column = it.servicer === '' ? 'asked_at' : 'replied_at'
  world.store.run(
    `UPDATE kf_sittings SET ${column} = coalesce(${column}, ?) WHERE open_kfid = ? AND external_userid = ? AND servicer <> '' AND ended_at IS NULL`,
    it.at,
    it.openKfId,
    it.externalUserId,
  )
}

export type Rating = 'satisfied' | 'middling' | 'dissatisfied'

/** Whether the last conversation with a person has ended and was not rated yet. */
export const isToBeRated = (world: World, openKfId: string, externalUserId: string): boolean =>
  world.store.get<{ open: number }>(
    `SELECT ended_at IS NOT NULL AND rating IS NULL AS open FROM kf_sittings WHERE open_kfid = ? AND external_userid = ? AND servicer <> ''
     ORDER BY id DESC LIMIT 1`,
    openKfId,
    externalUserId,
  )?.open === 1

/** The survey that a customer finds when a person has ended the conversation; answered once. */
export const rateLastSitting = (world: World, openKfId: string, externalUserId: string, rating: Rating): boolean =>
  world.store.run(
    `UPDATE kf_sittings SET rating = ? WHERE id = (SELECT id FROM kf_sittings WHERE open_kfid = ? AND external_userid = ? AND servicer <> ''
       AND ended_at IS NOT NULL ORDER BY id DESC LIMIT 1) AND rating IS NULL`,
    rating,
    openKfId,
    externalUserId,
  ).changes > 0

const openSittings = (world: World, it: { openKfId: string; externalUserId: string }): { id: number; servicer: string }[] =>
  world.store.all(
    'SELECT id, servicer FROM kf_sittings WHERE open_kfid = ? AND external_userid = ? AND ended_at IS NULL',
    it.openKfId,
    it.externalUserId,
  )

export type SittingRow = {
  openKfId: string
  externalUserId: string
  servicer: string
  beganAt: number
  askedAt: number | undefined
  repliedAt: number | undefined
  endedAt: number | undefined
  rating: Rating | undefined
}

export const sittingsBetween = (world: World, accounts: string[], from: number, to: number): SittingRow[] =>
  world.store
    .all<{
      open_kfid: string
      external_userid: string
      servicer: string
      began_at: number
      asked_at: number | null
      replied_at: number | null
      ended_at: number | null
      rating: Rating | null
    }>(
      'SELECT * FROM kf_sittings WHERE open_kfid IN (SELECT value FROM json_each(?)) AND began_at >= ? AND began_at < ?',
      JSON.stringify(accounts),
      from,
      to,
    )
    .map((row) => ({
      openKfId: row.open_kfid,
      externalUserId: row.external_userid,
      servicer: row.servicer,
      beganAt: row.began_at,
      askedAt: row.asked_at ?? undefined,
      repliedAt: row.replied_at ?? undefined,
      endedAt: row.ended_at ?? undefined,
      rating: row.rating ?? undefined,
    }))
