import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { readCallbackHealth } from './callback-health.ts'
import { createCorp } from './corps.ts'
import { repairsExport } from './export.ts'
import { listRepairs, listSyncs } from './queries.ts'
import { readQuotas } from './quotas.ts'
import { flushRefusals, forgetOldRefusals, noteRefusal } from './refusals.ts'
import { isRepairKind } from './repair-kinds.ts'
import { searchLog } from './request-log.ts'
import { startSync } from './sync.ts'

// What the page of a corp reads, from records as the door, the line and the comparison leave them.

const root = join(import.meta.dirname, '../../..')
const now = new Date('2026-11-20T10:30:00Z')
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000)
const corpId = 'ww00integration'

let workspace: TestWorkspace
let ctx: Context
let corp: number

beforeAll(async () => {
  workspace = await openTestWorkspace()
  ctx = await workspace.newTenant()
  workspace.setNow(now)
  corp = (await createCorp(ctx, { corpId, name: '记录公司', secret: 'a-secret-of-the-app' })).corp
})

const add = 'change_external_contact.add_external_contact'
const xml = (event: string, change: string, more: string) =>
  `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName>sys</FromUserName><CreateTime>1763600000</CreateTime><MsgType>event</MsgType><Event>${event}</Event><ChangeType>${change}</ChangeType>${more}</xml>`
const friend = (external: string, more = '') =>
  xml(
    'change_external_contact',
    'add_external_contact',
    `<UserID><![CDATA[lina]]></UserID><ExternalUserID><![CDATA[${external}]]></ExternalUserID><WelcomeCode><![CDATA[CODE-SECRET]]></WelcomeCode>${more}`,
  )

let keys = 0
const arrive = (facts: {
  type?: string
  state?: string
  received: Date
  late?: number
  took?: number
  repeats?: number
  body?: string
  request?: string
}) =>
  ctx.db
    .insertInto('wecomInbox')
    .values({
      tenantId: ctx.tenantId,
      corp,
      key: `key ${keys++}`,
      type: facts.type ?? add,
      lane: 'wmA',
      at: new Date(facts.received.getTime() - (facts.late ?? 1) * 1000),
      body: facts.body ?? friend('wmA'),
      receivedAt: facts.received,
      state: facts.state ?? 'done',
      repeats: facts.repeats ?? 0,
      processedAt: facts.state === 'waiting' ? null : new Date(facts.received.getTime() + (facts.took ?? 1) * 1000),
      requestId: facts.request ?? null,
      ...(facts.state === 'dead' && { errorCode: 'wecom.refused', errorMessage: 'phone 13812345678 refused' }),
    })
    .execute()

describe('callbacks', () => {
  beforeAll(async () => {
    for (const [late, took] of [
      [1, 1],
      [2, 2],
      [3, 3],
      [30, 20],
    ] as const)
      await arrive({ received: ago(90), late, took })
    await arrive({ received: ago(95), state: 'dead', request: 'req-dead', repeats: 2 })
    await arrive({ received: ago(80), state: 'waiting' })
    await arrive({ received: ago(30 * 60), request: 'req-old' })
    await arrive({
      received: ago(85),
      type: 'brand_new.thing',
      state: 'ignored',
      body: xml('brand_new', 'thing', '<Token>OPENS-DOORS</Token>'),
    })
  })

  test('are counted by hour and by day of the tenant, with what became of them', async () => {
    const { hours, days } = await readCallbackHealth(ctx, corp)
    expect(hours).toHaveLength(24)
    expect(hours.at(-2)).toMatchObject({ at: '2026-11-20T09:00:00.000Z', received: 6, handled: 4, waiting: 1, ignored: 1, dead: 0 })
    expect(hours.at(-3)).toMatchObject({ received: 1, dead: 1, repeated: 2 })
    expect(days).toHaveLength(14)
    // Thirty hours ago it was noon of the 19th in Shanghai.
    expect(days.at(-1)).toMatchObject({ day: '2026-11-20', received: 7 })
    expect(days.at(-2)).toMatchObject({ day: '2026-11-19', received: 1 })
  })

  test('have delays from the event to the door and from the door to the end', async () => {
    const { delays } = await readCallbackHealth(ctx, corp)
    expect(delays.arrival?.median).toBeCloseTo(1, 0)
    expect(delays.arrival?.p95).toBeGreaterThan(10)
    expect(delays.handling?.median).toBeCloseTo(2.5, 1)
    expect(delays.handling?.p95).toBeGreaterThan(10)
  })

  test('of a kind that nobody knows are counted, with an example that opens no door', async () => {
    const { unknown, types } = await readCallbackHealth(ctx, corp)
    expect(unknown).toMatchObject([{ type: 'brand_new.thing', count: 1 }])
    expect(unknown[0]?.example).toContain('<Token>…</Token>')
    expect(types.find(({ type }) => type === add)).toMatchObject({ known: true, dead: 1, count: 7 })
  })

  test('that were refused at the door are counted by hour, for every tenant that has the corp and for nobody else', async () => {
    const other = await workspace.newTenant()
    const theirs = (await createCorp(other, { corpId, name: '同一家', secret: 'a-secret-of-the-app' })).corp
    for (let i = 0; i < 3; i++) noteRefusal(workspace, corpId, 'signature')
    noteRefusal(workspace, corpId, 'padding')
    noteRefusal(workspace, 'wwnobody', 'signature')
    await flushRefusals(workspace)
    noteRefusal(workspace, corpId, 'signature')
    await flushRefusals(workspace)
    for (const [who, whose] of [
      [ctx, corp],
      [other, theirs],
    ] as const) {
      const { refusals, hours } = await readCallbackHealth(who, whose)
      expect(refusals.map(({ reason, times }) => [reason, times])).toEqual([
        ['signature', 4],
        ['padding', 1],
      ])
      expect(hours.at(-1)?.refused).toBe(5)
    }
    workspace.setNow(new Date(now.getTime() + 91 * 86_400_000))
    await forgetOldRefusals(workspace)
    workspace.setNow(now)
    expect((await readCallbackHealth(ctx, corp)).refusals).toEqual([])
  })

  test('that stay away while the comparison finds differences are noticed', async () => {
    expect((await readCallbackHealth(ctx, corp)).silence).toMatchObject({ missed: 0, hours: 1.3 })
    await repair('follow_missing', ago(10))
    await repair('tag_change_refused', ago(9))
    expect((await readCallbackHealth(ctx, corp)).silence).toMatchObject({ missed: 1 })
  })
})

const repair = (kind: string, at: Date, run = 0) =>
  ctx.db
    .insertInto('wecomRepairs')
    .values({ tenantId: ctx.tenantId, corp, run, at, kind, externalUserid: 'wmA', userId: 'lina', customerId: null, details: '{}' })
    .execute()

describe('quotas', () => {
  test('show the fullest window of each api, the resting ones first; a window that has turned is empty', async () => {
    const minute = new Date('2026-11-20T10:30:00Z')
    const hour = new Date('2026-11-20T10:00:00Z')
    const day = new Date('2026-11-19T16:00:00Z')
    const budget = (api: string, used: [number, number, number], more: { pausedUntil?: Date; minuteStart?: Date } = {}) => ({
      tenantId: ctx.tenantId,
      corpId,
      api,
      minuteStart: more.minuteStart ?? minute,
      minuteUsed: used[0],
      hourStart: hour,
      hourUsed: used[1],
      dayStart: day,
      dayUsed: used[2],
      pausedUntil: more.pausedUntil ?? null,
    })
    await ctx.db
      .insertInto('wecomBudgets')
      .values([
        budget('externalcontact/get', [100, 75_000, 90_000]),
        budget('externalcontact/list', [9_000, 9_000, 9_000], { minuteStart: ago(1) }),
        budget('media/uploadimg', [1, 1, 400]),
        budget('externalcontact/groupchat/list', [1, 1, 1], { pausedUntil: ago(-5) }),
        budget('user/get', [1, 1, 1], { pausedUntil: ago(5) }),
      ])
      .execute()
    const { items, amounts } = await readQuotas(ctx, corp)
    expect(items.map(({ api, share, pausedUntil }) => [api, Math.round(share * 100), pausedUntil])).toEqual([
      ['externalcontact/groupchat/list', 0, ago(-5).toISOString()],
      ['externalcontact/get', 50, null],
      ['media/uploadimg', 40, null],
      ['externalcontact/list', 6, null],
      ['user/get', 0, null],
    ])
    expect(amounts.pictures).toEqual({ used: 400, bound: 1000 })
    expect(amounts.acquisition).toBeNull()
  })
})

describe('the log', () => {
  beforeAll(async () => {
    const call = (endpoint: string, minutes: number, more: object = {}) => ({
      tenantId: ctx.tenantId,
      corpId,
      at: ago(minutes),
      endpoint,
      errcode: 0,
      milliseconds: 12,
      message: null,
      requestId: 'req-dead',
      externalUserid: null,
      userId: null,
      ...more,
    })
    await ctx.db
      .insertInto('wecomCalls')
      .values([
        call('externalcontact/get', 94, { externalUserid: 'wmB', userId: 'lina' }),
        call('externalcontact/remark', 93, {
          errcode: 84061,
          message: 'not external contact, hint: [123], 13812345678',
          requestId: 'req-2',
        }),
        call('auth/getuserinfo', 92, { errcode: 40029, requestId: 'check-req-3' }),
        call('user/get', 20 * 24 * 60, { errcode: null, requestId: null, message: 'timeout' }),
      ])
      .execute()
  })
  const search = async (query: object) =>
    (await searchLog(ctx, corp, { limit: 50, ...query })).items.map(({ way, what, result }) => `${way} ${what} ${result}`)

  test('finds what belongs to one request on both sides', async () => {
    expect(await search({ q: 'req-dead' })).toEqual(['out externalcontact/get ok', `in ${add} failed`])
  })

  test('finds by customer, member, code, api, type, result, way and day', async () => {
    expect(await search({ q: 'wmB' })).toEqual(['out externalcontact/get ok'])
    expect((await search({ q: 'lina' })).length).toBe(8)
    expect(await search({ q: '84061' })).toEqual(['out externalcontact/remark failed'])
    expect(await search({ q: 'brand_new' })).toEqual(['in brand_new.thing ok'])
    expect((await search({ result: 'failed' })).length).toBe(3)
    expect(await search({ result: 'failed', way: 'in' })).toEqual([`in ${add} failed`])
    expect(await search({ from: '2026-10-31', to: '2026-10-31' })).toEqual(['out user/get failed'])
  })

  test('tells a question of the doctor from a call that failed', async () => {
    expect(await search({ q: '40029' })).toEqual(['out auth/getuserinfo checked'])
    const { items } = await readQuotas(ctx, corp)
    expect(items.reduce((sum, { failedToday }) => sum + failedToday, 0)).toBe(0)
  })

  test('covers codes, tokens and phone numbers, and names the people of a callback', async () => {
    const { items, keptDays } = await searchLog(ctx, corp, { limit: 50, q: 'req-dead', way: 'in' })
    expect(items[0]).toMatchObject({ externalUserId: 'wmA', userId: 'lina', attempts: 0 })
    const text = JSON.stringify(await searchLog(ctx, corp, { limit: 200 }))
    expect(text).not.toMatch(/CODE-SECRET|OPENS-DOORS|13812345678/)
    expect(keptDays).toEqual({ out: 7, in: 90 })
  })

  test('is read on page by page without losing or doubling a row', async () => {
    const whole = (await searchLog(ctx, corp, { limit: 200 })).items.map(({ id }) => id)
    const seen: string[] = []
    for (let cursor: string | undefined, pages = 0; pages < 20; pages++) {
      const { items, next } = await searchLog(ctx, corp, { limit: 3, ...(cursor && { cursor }) })
      seen.push(...items.map(({ id }) => id))
      if (!next) break
      cursor = next
    }
    expect(seen).toEqual(whole)
    expect(new Set(whole).size).toBe(12)
    await expect(searchLog(ctx, corp, { limit: 3, cursor: "1'; drop" })).rejects.toMatchObject({ code: 'cursor.invalid' })
  })

  test('of another tenant is not to be seen', async () => {
    const other = await workspace.newTenant()
    await expect(searchLog(other, corp, { limit: 50 })).rejects.toMatchObject({ status: 404 })
  })
})

describe('comparisons', () => {
  test('tell why they ran and what each put right; repairs are found by kind, run and day', async () => {
    const run = await startSync(ctx, corp, 'nightly')
    await repair('follow_missing', ago(3), run)
    await repair('follow_missing', ago(3), run)
    await repair('group_members', ago(2), run)
    const { items } = await listSyncs(ctx, corp)
    expect(items[0]).toMatchObject({
      why: 'nightly',
      repairs: [
        { kind: 'follow_missing', count: 2 },
        { kind: 'group_members', count: 1 },
      ],
    })
    const kinds = async (filter: object) => (await listRepairs(ctx, corp, { limit: 50, ...filter })).items.map(({ kind }) => kind)
    expect(await kinds({ run: items[0]?.job })).toEqual(['group_members', 'follow_missing', 'follow_missing'])
    expect(await kinds({ kind: 'tag_change_refused' })).toEqual(['tag_change_refused'])
    expect(await kinds({ from: '2026-11-21' })).toEqual([])
    expect((await kinds({ from: '2026-11-20', to: '2026-11-20' })).length).toBe(5)
  })
})

describe('an export of repairs', () => {
  test('has what the list shows, in words', async () => {
    const rows: unknown[][] = []
    const filter = { corp: publicId(ctx, 'cor', corp), kind: 'follow_missing', from: '2026-11-20' }
    for await (const page of repairsExport.rows(ctx, { filter }, { revealPhone: false, language: 'zh' })) rows.push(...page)
    expect(rows).toHaveLength(3)
    expect(rows[0]).toEqual([ago(3), '补上好友关系', 'lina', 'wmA', null, ''])
    const english: unknown[][] = []
    for await (const page of repairsExport.rows(ctx, { filter }, { revealPhone: false, language: 'en' })) english.push(...page)
    expect(english[0]?.[1]).toBe('Friendship added')
    expect(() => repairsExport.check({ filter: { kind: 'x' } })).toThrow(expect.objectContaining({ code: 'filter.invalid' }))
  })
})

test('every kind of repair that the sources write has words', () => {
  // Whoever writes repairs names its kinds in a type or at the row; both are found by the text.
  const files = globSync('src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  const written = files
    .map((file) => readFileSync(join(root, file), 'utf8'))
    .filter((text) => /[Rr]epair/.test(text))
    .flatMap((text) => [...text.matchAll(/'((?:department|employee|follow|group|link|tag)s?_[a-z_]+)'/g)].map(([, kind = '']) => kind))
    .filter((kind) => /_(missing|gone|details|members|customers|refused|corp)$/.test(kind))
  expect(new Set(written).size).toBeGreaterThan(8)
  expect([...new Set(written)].filter((kind) => !isRepairKind(kind))).toEqual([])
})
