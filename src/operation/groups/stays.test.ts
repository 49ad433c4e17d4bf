import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MemberChange, type Shown, type Stay, withAnswer, withChange } from './stays.ts'

// A group as WeCom has it, told by callbacks that come late, twice, in any order or not at all.

type Act = { minutes: number; member: string; comes: boolean }

const acts = fc.array(
  fc.record({ minutes: fc.integer({ min: 2, max: 600 }), member: fc.constantFrom('wmA', 'wmB', 'wmC', 'wmD'), comes: fc.boolean() }),
  { maxLength: 25 },
)

const at = (minutes: number): Date => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000)

/** What happened, the callbacks of it, and what WeCom shows in the end. */
function live(list: readonly Act[]): { changes: MemberChange[]; shown: Shown[]; version: string; end: Date } {
  const inside = new Map<string, Shown>()
  const changes: MemberChange[] = []
  let [now, version] = [0, 0]
  for (const { minutes, member, comes } of list) {
    now += minutes
    if (comes === inside.has(member)) continue
    const shown: Shown = {
      member,
      kind: 'customer',
      name: member,
      nickname: '',
      joinScene: 'code',
      state: '',
      inviterUserid: '',
      joinedAt: at(now),
    }
    if (comes) inside.set(member, shown)
    else inside.delete(member)
    changes.push({
      what: comes ? 'joined' : 'left',
      at: at(now),
      members: [member],
      joinScene: comes ? 'code' : null,
      quitScene: comes ? null : 'left',
      from: String(version),
      to: String(++version),
    })
  }
  return { changes, shown: [...inside.values()], version: String(version), end: at(now + 5) }
}

/** The rule of commands.ts: what follows on the stored state is applied, anything else asks. */
function hear(world: ReturnType<typeof live>, heard: readonly MemberChange[]): Stay[] {
  let stays: Stay[] = []
  let version = '0'
  for (const change of heard) {
    const follows = change.from === version && change.to !== world.version
    const told = follows ? withChange(stays, change) : withAnswer(stays, world.shown, world.end, change)
    version = follows ? (change.to ?? '') : world.version
    stays = told.stays
  }
  return stays
}

const presentIn = (stays: readonly Stay[]): string[] =>
  stays
    .filter(({ leftAt }) => leftAt === null)
    .map(({ member, joinedAt }) => `${member} ${joinedAt.toISOString()}`)
    .sort()

test('callbacks in their order tell the whole story, with every stay in it', () => {
  fc.assert(
    fc.property(acts, (list) => {
      const world = live(list)
      const stays = hear(world, world.changes)
      expect(stays).toHaveLength(world.changes.filter(({ what }) => what === 'joined').length)
      expect(stays.filter(({ leftAt }) => leftAt !== null).every(({ quitScene }) => quitScene === 'left')).toBe(true)
      expect(presentIn(stays)).toEqual(world.shown.map(({ member, joinedAt }) => `${member} ${joinedAt?.toISOString()}`).sort())
    }),
  )
})

test('in any order, doubled, with some lost: one look at WeCom and the same people are in, nobody twice', () => {
  const disorder = acts.chain((list) => {
    const { changes } = live(list)
    return fc.tuple(fc.constant(list), fc.shuffledSubarray([...changes, ...changes]))
  })
  fc.assert(
    fc.property(disorder, ([list, heard]) => {
      const world = live(list)
      const told = withAnswer(hear(world, heard), world.shown, world.end)
      expect(presentIn(told.stays)).toEqual(world.shown.map(({ member, joinedAt }) => `${member} ${joinedAt?.toISOString()}`).sort())
      expect(withAnswer(told.stays, world.shown, world.end).changed).toEqual([])
      for (const stay of told.stays) if (stay.leftAt) expect(stay.leftAt >= stay.joinedAt).toBe(true)
    }),
  )
})
