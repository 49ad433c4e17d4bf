import type { JoinScene, QuitScene } from './schema.ts'

/** One time of somebody in a group. `id` is absent until it is stored. */
export type Stay = {
  id?: number
  member: string
  kind: 'employee' | 'customer'
  customerId: number | null
  employeeId: number | null
  name: string
  nickname: string
  joinScene: JoinScene | null
  state: string
  inviterUserid: string
  inviterId: number | null
  joinedAt: Date
  leftAt: Date | null
  quitScene: QuitScene | null
}

/** Somebody as WeCom shows them in a group. */
export type Shown = Pick<Stay, 'member' | 'kind' | 'name' | 'nickname' | 'joinScene' | 'state' | 'inviterUserid'> & {
  joinedAt: Date | undefined
  unionid?: string | undefined
}

/** Who came or went, as a callback tells it. The state of members it starts from and ends in are named where WeCom names them. */
export type MemberChange = {
  what: 'joined' | 'left'
  at: Date
  members: readonly string[]
  joinScene: JoinScene | null
  quitScene: QuitScene | null
  from: string | undefined
  to: string | undefined
}

export type Told = {
  stays: Stay[]
  joined: Stay[]
  left: Stay[]
  /** Stays whose row is to be written, new ones included. */
  changed: Stay[]
}

/** The time of a callback and the time of joining that WeCom shows later differ by seconds; nobody comes twice in so short a time. */
const sameStayMs = 60_000

/** Applies what a callback says to the very state it starts from. Details come from the answer where there is one. */
export function withChange(stays: readonly Stay[], change: MemberChange, shown: ReadonlyMap<string, Shown> = new Map()): Told {
  const book = open(stays)
  for (const member of new Set(change.members)) {
    const present = book.present.get(member)
    if (change.what === 'left') {
      if (present) book.leave(present, change.at, change.quitScene)
    } else if (!present) book.join(joining(member, change, shown.get(member)))
  }
  return book.told()
}

/**
 * Makes the stays agree with all that WeCom shows. The callback that led here says what the answer cannot: when and how
 * somebody went, and who came and went between two answers.
 */
export function withAnswer(stays: readonly Stay[], shown: readonly Shown[], now: Date, change?: MemberChange): Told {
  const book = open(stays)
  const goes = change?.what === 'left' ? change : undefined
  const endOf = (stay: Stay, latest: Date): [Date, QuitScene | null] =>
    goes?.members.includes(stay.member) && goes.at >= stay.joinedAt && goes.at.getTime() <= latest.getTime() + sameStayMs
      ? [goes.at, goes.quitScene]
      : [latest, null]
  const there = new Map(shown.map((one) => [one.member, one]))
  for (const stay of [...book.present.values()]) if (!there.has(stay.member)) book.leave(stay, ...endOf(stay, now))
  for (const one of there.values()) {
    const present = book.present.get(one.member)
    const isAnotherStay = present && one.joinedAt && one.joinedAt.getTime() > present.joinedAt.getTime() + sameStayMs
    if (present && !isAnotherStay) {
      book.describe(present, one)
      continue
    }
    if (present && one.joinedAt) book.leave(present, ...endOf(present, one.joinedAt))
    // WeCom counts in seconds: who is told to come is not somebody who never went, even within the second.
    const isComing = change?.what === 'joined' && change.members.includes(one.member)
    const again = one.joinedAt && !isComing ? book.closedAt(one.member, one.joinedAt, 1000) : undefined
    if (again) book.reopen(again, one)
    else book.join(arriving(one, change, now))
  }
  if (change?.what === 'joined') for (const member of change.members) book.visit(member, change, now)
  if (goes) for (const member of goes.members) book.explain(member, goes)
  return book.told()
}

/** The group is gone and everybody with it. */
export function withoutGroup(stays: readonly Stay[], at: Date): Told {
  const book = open(stays)
  for (const stay of [...book.present.values()]) book.leave(stay, at, 'dismissed')
  return book.told()
}

/** A callback that came late may still say how somebody went whose absence was seen first. */
export function explained(stays: readonly Stay[], change: MemberChange | undefined): Told {
  const book = open(stays)
  if (change?.what === 'left') for (const member of change.members) book.explain(member, change)
  return book.told()
}

const blank = { customerId: null, employeeId: null, inviterId: null, leftAt: null, quitScene: null }

const joining = (member: string, change: MemberChange, shown: Shown | undefined): Stay => ({
  ...blank,
  // External user ids are made by WeCom; both of their beginnings are known.
  ...(shown ?? { member, kind: isExternal(member) ? 'customer' : 'employee', name: '', nickname: '', state: '', inviterUserid: '' }),
  joinScene: shown?.joinScene ?? change.joinScene,
  joinedAt: shown?.joinedAt ?? change.at,
})

const arriving = (one: Shown, change: MemberChange | undefined, now: Date): Stay => {
  const told = change?.what === 'joined' && change.members.includes(one.member) ? change : undefined
  return { ...blank, ...one, joinScene: one.joinScene ?? told?.joinScene ?? null, joinedAt: one.joinedAt ?? told?.at ?? now }
}

/** Whether WeCom's name for somebody is a customer's. */
export const isExternal = (member: string): boolean => /^w[mo][\w-]{30,}$/.test(member)

/** The stays of one group while they are being changed. */
function open(before: readonly Stay[]) {
  const stays = before.map((stay) => ({ ...stay }))
  const present = new Map(stays.filter(({ leftAt }) => leftAt === null).map((stay) => [stay.member, stay]))
  const [joined, left, changed] = [new Set<Stay>(), new Set<Stay>(), new Set<Stay>()]
  const closedOf = (member: string) => stays.filter((stay) => stay.member === member && stay.leftAt !== null)
  const closedAt = (member: string, at: Date, ms: number) =>
    closedOf(member).find(({ joinedAt }) => Math.abs(joinedAt.getTime() - at.getTime()) < ms)
  const add = (stay: Stay) => {
    const made = { ...stay }
    stays.push(made)
    joined.add(made)
    changed.add(made)
    return made
  }
  return {
    present,
    closedAt,
    join: (stay: Stay) => void present.set(stay.member, add(stay)),
    leave(stay: Stay, at: Date, quitScene: QuitScene | null) {
      Object.assign(stay, { leftAt: at > stay.joinedAt ? at : stay.joinedAt, quitScene })
      present.delete(stay.member)
      left.add(stay)
      changed.add(stay)
    },
    reopen(stay: Stay, shown: Shown) {
      Object.assign(stay, { leftAt: null, quitScene: null })
      present.set(stay.member, stay)
      changed.add(stay)
      this.describe(stay, shown)
    },
    describe(stay: Stay, shown: Shown) {
      const facts = {
        name: shown.name || stay.name,
        nickname: shown.nickname,
        joinScene: shown.joinScene ?? stay.joinScene,
        state: shown.state || stay.state,
        inviterUserid: shown.inviterUserid || stay.inviterUserid,
        joinedAt: shown.joinedAt ?? stay.joinedAt,
      }
      if (JSON.stringify({ ...stay, ...facts }) === JSON.stringify(stay)) return
      if (facts.inviterUserid !== stay.inviterUserid) stay.inviterId = null
      changed.add(Object.assign(stay, facts))
    },
    /** They came and were gone again before anybody looked. */
    visit(member: string, change: MemberChange, now: Date) {
      const known = stays.some((stay) => stay.member === member && Math.abs(stay.joinedAt.getTime() - change.at.getTime()) <= sameStayMs)
      if (present.has(member) || known) return
      const stay = add({ ...joining(member, change, undefined), leftAt: now > change.at ? now : change.at })
      left.add(stay)
    },
    explain(member: string, { at, quitScene }: MemberChange) {
      const stay = closedOf(member)
        .filter((one) => one.quitScene === null && one.joinedAt <= at)
        .sort((a, b) => b.joinedAt.getTime() - a.joinedAt.getTime())[0]
      if (stay) changed.add(Object.assign(stay, { leftAt: at, quitScene }))
    },
    told: (): Told => ({ stays, joined: [...joined], left: [...left], changed: [...changed] }),
  }
}
