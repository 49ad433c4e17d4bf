import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { identify } from '#management/identity/commands.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { createCorp } from '#management/wecom/corps.ts'
import { applyNews } from '#operation/groups/commands.ts'
import { createInboxWriter } from '#platform/events/inbox.ts'
import { loadOnce } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { runReport } from '../run.ts'
import { loadWorld, type TestEvent } from '../testing.ts'
import type { InfluenceResult } from './schema.ts'
import { growTrees, type Message } from './trees.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const run = async (events: TestEvent[], report: object = {}): Promise<InfluenceResult> =>
  (await loadWorld(await workspace.newTenant(), { events })).run<InfluenceResult>({ type: 'influence', ...report })

let minute = 0
const say = (person: string, message: string, more: Record<string, unknown> = {}): TestEvent => ({
  person,
  event: 'group_message.sent',
  timestamp: new Date(Date.UTC(2026, 2, 1) + minute++ * 60_000).toISOString(),
  properties: { chat: 'g', sender: person, message, kind: 'text', ...more },
})

/** Weighted PageRank by walking: each step shares out what everybody has, a thousand times. */
function walkedRanks(links: readonly [string, string, number][], damping: number, directed = true): Map<string, number> {
  const both = directed ? links : [...links, ...links.filter(([a, b]) => a !== b).map(([a, b, w]) => [b, a, w] as const)]
  const nodes = [...new Set(links.flatMap(([from, to]) => [from, to]))]
  let ranks = new Map(nodes.map((node) => [node, 1 / nodes.length]))
  for (let step = 0; step < 1000; step++) {
    const next = new Map(nodes.map((node) => [node, (1 - damping) / nodes.length]))
    for (const node of nodes) {
      const out = both.filter(([source]) => source === node)
      const all = out.reduce((sum, [, , weight]) => sum + weight, 0)
      const share = damping * (ranks.get(node) ?? 0)
      if (all === 0) for (const other of nodes) next.set(other, (next.get(other) ?? 0) + share / nodes.length)
      for (const [, target, weight] of out) next.set(target, (next.get(target) ?? 0) + (share * weight) / all)
    }
    ranks = next
  }
  return ranks
}

describe('influence', () => {
  test('answers point at the answered, in their own group and by whom the group knows', async () => {
    const talk = [
      say('a', '1'),
      say('b', '2', { replyTo: '1' }),
      say('c', '3', { replyTo: '1' }),
      say('a', '4', { replyTo: '1' }),
      say('c', '5', { replyToSender: 'b' }),
      say('d', '1', { chat: 'h' }),
      say('b', '6', { chat: 'h', replyTo: '1' }),
      say('b', '7', { replyTo: 'gone' }),
      say('', '8', { sender: 'wang', byEmployee: true }),
      say('c', '9', { replyTo: '8' }),
    ]
    const result = await run(talk)
    expect(result).toMatchObject({ people: 4, pairs: 4, links: 4, leftOut: 2 })
    expect(result.rows.map(({ person }) => person)).toEqual(['a', 'd', 'b', 'c'])
    expect(result.rows[0]).toMatchObject({ person: 'a', name: null, score: 100, received: 2, given: 0 })
  })

  test('mentions and invitations are graphs too, and graphs add up', async () => {
    const talk = [say('a', '1'), say('b', '2', { mentions: ['a', 'a', 'zz'] }), say('b', '3', { replyTo: '1' })]
    const joined = { ...say('b', '4'), event: 'group.joined', properties: { chat: 1, inviter: 'a' } }
    const stranger = { ...say('a', '5'), event: 'group.joined', properties: { chat: 1, inviter: '老王' } }
    expect(await run([...talk, joined], { graphs: ['mention'] })).toMatchObject({ links: 2, leftOut: 1 })
    const all = await run([...talk, joined, stranger], { graphs: ['reply', 'mention', 'invite'] })
    expect(all).toMatchObject({ links: 5, pairs: 2, people: 3 })
    expect(all.rows.find(({ name }) => name === '老王')).toMatchObject({ person: null, received: 1 })
  })

  test('who was asked into a group points at the customer who asked, whoever that counts as; colleagues are left out', async () => {
    const ctx = await workspace.newTenant()
    const { corp } = await createCorp(ctx, { corpId: 'ww0123456789abcdef', secret: 'a secret of this corp' })
    const external = (letter: string) => `wm${letter.repeat(30)}`
    const came = (letter: string, inviterUserid: string) => ({
      ...{ member: external(letter), kind: 'customer' as const, name: letter, nickname: '', state: '', inviterUserid },
      ...{ joinScene: 'invited' as const, joinedAt: new Date('2026-03-01T10:00:00Z') },
    })
    const members = [came('a', 'wanglei'), came('b', external('a')), came('c', external('a')), came('d', external('z')), came('e', '')]
    const group = { chatId: 'wr1', name: '老客群', notice: '', owner: 'wanglei', admins: [], createdAt: undefined, version: '1' }
    await applyNews(ctx, corp, [{ chatId: 'wr1', answer: { ...group, members, askedAt: ctx.now() } }])
    const asker = { kind: 'wecom_external_userid', value: external('a'), scope: 'ww0123456789abcdef' } as const
    const before = await identify(ctx, [asker])
    const shopper = await identify(ctx, [{ kind: 'member_no', value: '100' }])
    for (const inviter of [before, shopper])
      await createInboxWriter(workspace.databases).append(ctx.tenantId, [
        {
          name: 'customer.referred',
          person: `${inviter}`,
          at: '2026-03-02T10:00:00.000Z',
          properties: { inviter: publicId(ctx, 'cus', inviter) },
        },
      ])
    await identify(ctx, [asker, { kind: 'member_no', value: '100' }])
    while ((await loadOnce(workspace, resolvePersons(workspace))) > 0);
    const employees = await ctx.db.selectFrom('employees').select('name').where('tenantId', '=', ctx.tenantId).execute()
    expect(employees).toHaveLength(1)
    const { result } = await runReport(ctx, { type: 'influence', graphs: ['invite'] })
    const { canonicalId } = await ctx.db
      .selectFrom('customers')
      .select('canonicalId')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', before)
      .executeTakeFirstOrThrow()
    expect(result).toMatchObject({ people: 7, links: 5, leftOut: 1 })
    expect((result as InfluenceResult).rows[0]).toMatchObject({ person: publicId(ctx, 'cus', canonicalId), received: 4 })
    expect((result as InfluenceResult).rows).toContainEqual(expect.objectContaining({ person: null, name: external('z'), received: 1 }))
  })

  test('dates choose the answers, not what they answer', async () => {
    const [first, second] = [say('a', '1'), say('b', '2', { replyTo: '1' })]
    const later = { ...second, timestamp: '2026-04-01T10:00:00Z' }
    expect(await run([first, later], { dateFrom: '2026-04-01' })).toMatchObject({ links: 1 })
    expect(await run([first, later], { dateTo: '2026-03-31' })).toMatchObject({ links: 0, rows: [] })
  })

  test('whoever may see some sees links among them only', async () => {
    const talk = [say('a', '1'), say('b', '2', { replyTo: '1' }), say('c', '3', { replyTo: '2' })]
    const bounded = await run(talk, { among: ['a', 'b'] })
    expect(bounded).toMatchObject({ people: 2, pairs: 1 })
    expect((await run(talk, { persons: { top: 2 } })).persons).toEqual(['a', 'b'])
  })

  test.each([
    [{ graphs: [] }, 'graphs'],
    [{ graphs: ['like'] }, 'graphs.0'],
    [{ graphs: [{ event: 'x' }] }, 'graphs.0'],
    [{ damping: 1 }, 'damping'],
    [{ limit: 0 }, 'limit'],
    [{ persons: { top: 0 } }, 'persons.top'],
    [{ dateFrom: '2026-3-1' }, 'dateFrom'],
  ])('refuses %j and names %s', async (wrong, field) => {
    await expect(runReport(await workspace.newTenant(), { type: 'influence', ...wrong })).rejects.toMatchObject({
      code: 'report.invalid',
      field: expect.stringMatching(new RegExp(`^${field}`)),
    })
  })
})

test('ranks are those of walking the links, whatever the options', async () => {
  const names = fc.constantFrom('a', 'b', 'c', 'd', 'e')
  const links = fc.uniqueArray(fc.tuple(names, names, fc.integer({ min: 1, max: 4 })), {
    minLength: 1,
    maxLength: 10,
    selector: ([a, b]) => [a, b].sort().join(),
  })
  await fc.assert(
    fc.asyncProperty(links, fc.boolean(), fc.boolean(), fc.constantFrom(0.5, 0.85), async (some, directed, weighted, damping) => {
      const events = some.map(([person, to, weight]) => ({ ...say(person, 'x'), event: 'knew', properties: { to, weight } }))
      const { rows } = await run(events, {
        graphs: [{ event: 'knew', to: 'to', weight: 'weight' }],
        directed,
        weighted,
        damping,
        limit: 50,
      })
      const wanted = walkedRanks(
        some.filter(([a, b]) => a !== b).map(([a, b, weight]) => [a, b, weighted ? weight : 1]),
        damping,
        directed,
      )
      expect(rows).toHaveLength(wanted.size)
      for (const { person, name, pageRank } of rows) expect(pageRank).toBeCloseTo(wanted.get(person ?? name ?? '') ?? Number.NaN, 9)
    }),
    { numRuns: runs(20) },
  )
})

test('a tree is as deep as its longest chain, also where answers go in a circle', () => {
  const message = fc.record({
    message: fc.constantFrom('1', '2', '3', '4', '5', '6'),
    parent: fc.constantFrom('', '1', '2', '3', '9'),
    sender: fc.constantFrom('a', 'b'),
  })
  fc.assert(
    fc.property(fc.uniqueArray(message, { minLength: 1, selector: (one) => one.message }), (list) => {
      const said: Message[] = list.map((one) => ({ chat: 'g', ...one, parent: one.parent < one.message ? one.parent : '' }))
      const slow = ({ parent }: Message): number => {
        const above = said.find((one) => one.message === parent)
        return above ? slow(above) + 1 : 1
      }
      const depths = said.map(slow)
      expect(growTrees(said)).toEqual([
        {
          chat: 'g',
          messages: said.length,
          people: new Set(said.map(({ sender }) => sender)).size,
          depth: Math.max(...depths),
          direct: depths.filter((depth) => depth === 1).length,
        },
      ])
    }),
  )
  const circle = [
    { message: '1', parent: '2' },
    { message: '2', parent: '1' },
  ].map((one) => ({ chat: 'g', sender: 'a', ...one }))
  expect(growTrees(circle)[0]?.depth).toBe(2)
})
