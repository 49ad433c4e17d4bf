import { appError } from '#platform/errors.ts'

/** A page asks once in five minutes for each trial it shows; a server that asks for its visitors has one address for all of them. */
const perMinute = 1200

let minute = 0
let asked = new Map<string, number>()

/** Counts a question of a page, by its key and the address it comes from. Each web process counts for itself. */
export function keepPace(key: string, address: string, now: Date): void {
  const current = Math.floor(now.getTime() / 60_000)
  if (current !== minute) [minute, asked] = [current, new Map()]
  const name = `${key} ${address}`
  const times = (asked.get(name) ?? 0) + 1
  asked.set(name, times)
  if (times <= perMinute) return
  throw appError('variant.throttled', {
    status: 429,
    message: `More than ${perMinute} questions a minute from one address. Ask again in a minute.`,
    details: { waitSeconds: Math.ceil((current + 1) * 60 - now.getTime() / 1000) },
  })
}
