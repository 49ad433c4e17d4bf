import { setTimeout as sleep } from 'node:timers/promises'
import { beforeAll, describe, expect, test } from 'vitest'
import type { Context } from '#platform/context.ts'
import { createInboxWriter } from '#platform/events/inbox.ts'
import { holdLoaderLock, loadOnce, runLoader } from '#platform/events/loader.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { differingDays } from './compare.ts'
import { readStores } from './dirty.ts'
import { rebuildSome, storeKeeper } from './rebuild.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const persons = async (_tenant: number, references: { person?: string }[]) => references.map(({ person }) => Number(person))
const pool = () => workspace.databases.systemPool

async function send(ctx: Context, person: number, at: string, name = 'page.viewed') {
  await createInboxWriter(workspace.databases).append(ctx.tenantId, [{ name, person: String(person), at, properties: {} }])
}

async function load() {
  while ((await loadOnce(workspace, persons)) > 0);
}

const kept = async (ctx: Context) =>
  (
    await workspace.clickhouse.rows<{ day: string; people: number[]; times: number }>(
      `select toString(day) as day, arraySort(bitmapToArray(groupBitmapMergeState(persons))) as people, sum(events) as times from active
       where tenant = {t:UInt32} and name = 'page.viewed' group by day order by day`,
      { t: ctx.tenantId },
    )
  ).map(({ day, people, times }) => `${day} ${people.join('+')} ${times}`)

const counted = (ctx: Context) =>
  workspace.clickhouse.rows<{ day: string; person: number; times: number }>(
    'select toString(day) as day, person, sum(events) as times from person_day where tenant = {t:UInt32} group by day, person order by day, person',
    { t: ctx.tenantId },
  )

const letMarksSettle = () => pool().query("update dirty_days set ready_at = now() - interval '1 second'")
const marks = async (ctx: Context) => (await readStores(ctx)).dirty.map(({ first, last }) => `${first} ${last}`)

/** Everything that is due, as the loader does between two blocks. */
async function rebuildAll() {
  await letMarksSettle()
  await holdLoaderLock(workspace, async (holder) => {
    while (await rebuildSome(workspace, holder));
  })
}

const same = { active: [], personDay: [], trails: [] }

describe('stores', () => {
  test.each([
    ['Asia/Shanghai', ['2026-03-08 1+2 3', '2026-03-09 2 1']],
    ['UTC', ['2026-03-08 1+2 4']],
    ['America/Los_Angeles', ['2026-03-07 1 1', '2026-03-08 1+2 3']],
  ])('are filled as events arrive, by the days of %s', async (timezone, expected) => {
    const ctx = await workspace.newTenant({ timezone })
    // Los Angeles puts its clocks forward at 10:00Z of this day; its midnights are 08:00Z before and 07:00Z after.
    for (const [person, at] of [
      [1, '2026-03-08T07:59:59.999Z'],
      [1, '2026-03-08T08:00:00Z'],
      [2, '2026-03-08T15:59:00Z'],
      [2, '2026-03-08T16:00:00Z'],
    ] as const)
      await send(ctx, person, at)
    await load()
    expect(await kept(ctx)).toEqual(expected)
    expect(await differingDays(ctx)).toEqual(same)
    expect(await marks(ctx)).toEqual([])
  })

  test('an event of nobody known counts as an event and as no person', async () => {
    const ctx = await workspace.newTenant()
    await send(ctx, 0, '2026-03-08T08:00:00Z')
    await load()
    expect(await kept(ctx)).toEqual(['2026-03-08  1'])
    expect(await counted(ctx)).toEqual([])
    expect(await differingDays(ctx)).toEqual(same)
  })

  test.each([
    ['the events and not the stores', 'alter table active delete where tenant = {t:UInt32} settings mutations_sync = 2'],
    ['the stores and not the events', 'alter table events delete where tenant = {t:UInt32} settings mutations_sync = 2'],
    ['everything', 'select 1'],
  ])('a repeated block that had reached %s marks its days, and the rebuild makes them true', async (_what, undo) => {
    const ctx = await workspace.newTenant()
    const other = await workspace.newTenant()
    await send(other, 7, '2026-03-08T08:00:00Z')
    await load()
    for (const day of ['08', '09']) await send(ctx, 1, `2026-03-${day}T08:00:00Z`)
    const dying: TestWorkspace = {
      ...workspace,
      clickhouse: {
        ...workspace.clickhouse,
        insert: async (...parts) => {
          await workspace.clickhouse.insert(...parts)
          await workspace.clickhouse.command(undo, { t: ctx.tenantId })
          throw new Error('killed')
        },
      },
    }
    await expect(loadOnce(dying, persons)).rejects.toThrow('killed')
    expect(await marks(ctx)).toEqual([])
    await load()
    expect((await marks(ctx)).sort()).toEqual(['2026-03-08 2026-03-08', '2026-03-09 2026-03-09'])
    await rebuildAll()
    expect([await kept(ctx), await marks(ctx), await marks(other)]).toEqual([['2026-03-08 1 1', '2026-03-09 1 1'], [], []])
    expect(await counted(ctx)).toEqual(['2026-03-08', '2026-03-09'].map((day) => ({ day, person: 1, times: 1 })))
    expect(await differingDays(ctx)).toEqual(same)
    expect(await kept(other)).toEqual(['2026-03-08 7 1'])
  })

  test('fresh marks are left alone, and days marked again meanwhile stay marked', async () => {
    const ctx = await workspace.newTenant()
    for (const month of ['03', '04']) await send(ctx, 1, `2026-${month}-08T08:00:00Z`)
    await load()
    await pool().query('select mark_dirty_days($1)', [ctx.tenantId])
    await holdLoaderLock(workspace, async (holder) => {
      expect(await rebuildSome(workspace, holder)).toBe(false)
      await letMarksSettle()
      expect(await rebuildSome(workspace, holder)).toBe(true)
    })
    expect(await marks(ctx)).toEqual(['2026-03-09 2149-06-06'])
    const interrupted = { ...workspace, clickhouse: { ...workspace.clickhouse, command: remarking(ctx) } }
    await letMarksSettle()
    await holdLoaderLock(workspace, async (holder) => {
      expect(await rebuildSome(interrupted, holder)).toBe(true)
    })
    expect(await marks(ctx)).toEqual(['2026-03-09 2149-06-06'])
    await rebuildAll()
    expect([await marks(ctx), await differingDays(ctx)]).toEqual([[], same])
  })

  const remarking =
    (ctx: Context): TestWorkspace['clickhouse']['command'] =>
    async (...parts) => {
      await pool().query("select mark_dirty_days($1, '2026-03-09', '2149-06-06')", [ctx.tenantId])
      await workspace.clickhouse.command(...parts)
    }

  test('killed at any statement of a rebuild, the next one makes the days true', async () => {
    const ctx = await workspace.newTenant()
    for (const person of [1, 2, 2]) await send(ctx, person, '2026-03-08T08:00:00Z')
    await load()
    const expected = [await kept(ctx), await counted(ctx)]
    for (let survived = 0; survived < 4; survived++) {
      await pool().query('select mark_dirty_days($1)', [ctx.tenantId])
      await letMarksSettle()
      let left = survived
      const dying: TestWorkspace = {
        ...workspace,
        clickhouse: {
          ...workspace.clickhouse,
          command: async (...parts) => {
            if (left-- === 0) throw new Error('killed')
            await workspace.clickhouse.command(...parts)
          },
        },
      }
      await expect(holdLoaderLock(dying, async (holder) => void (await rebuildSome(dying, holder)))).rejects.toThrow('killed')
      expect(await marks(ctx)).toEqual(['1970-01-01 2149-06-06'])
      await rebuildAll()
      expect([await kept(ctx), await counted(ctx), await marks(ctx)]).toEqual([...expected, []])
    }
  })

  test('another zone means other days', async () => {
    const ctx = await workspace.newTenant()
    await send(ctx, 1, '2026-03-08T17:00:00Z')
    await load()
    expect(await kept(ctx)).toEqual(['2026-03-09 1 1'])
    await ctx.db.updateTable('tenants').set({ timezone: 'America/Los_Angeles' }).where('id', '=', ctx.tenantId).execute()
    expect(await marks(ctx)).toEqual(['1970-01-01 2149-06-06'])
    await rebuildAll()
    expect([await kept(ctx), await marks(ctx)]).toEqual([['2026-03-08 1 1'], []])
  })

  test('what a version before the stores loaded is marked when a newer one takes over', async () => {
    const [known, foreign] = [await workspace.newTenant(), await workspace.newTenant()]
    await holdLoaderLock(workspace, (holder) => storeKeeper.taken(workspace, holder))
    await pool().query('delete from dirty_days')
    await send(known, 1, '2026-03-08T08:00:00Z')
    await load()
    await holdLoaderLock(workspace, (holder) => storeKeeper.taken(workspace, holder))
    expect(await marks(known)).toEqual([])
    await send(foreign, 1, '2026-03-08T08:00:00Z')
    await load()
    await pool().query("update installation set value = (value::bigint - 1)::text where name = 'days_load'")
    await holdLoaderLock(workspace, (holder) => storeKeeper.taken(workspace, holder))
    expect([await marks(known), await marks(foreign)]).toEqual([[], ['1970-01-01 2149-06-06']])
    await pool().query("update installation set value = '0' where name = 'days_load'")
    await holdLoaderLock(workspace, (holder) => storeKeeper.taken(workspace, holder))
    expect(await marks(known)).toEqual(['1970-01-01 2149-06-06'])
    await rebuildAll()
    expect([await marks(known), await marks(foreign), await differingDays(foreign)]).toEqual([[], [], same])
  })

  test('the loader rebuilds what is due while it goes on loading', async () => {
    const ctx = await workspace.newTenant()
    await send(ctx, 1, '2026-03-08T08:00:00Z')
    await load()
    await workspace.clickhouse.command('delete from active where tenant = {t:UInt32}', { t: ctx.tenantId })
    await pool().query("select mark_dirty_days($1, '2026-03-08', '2026-03-08')", [ctx.tenantId])
    await letMarksSettle()
    const stop = new AbortController()
    const loader = runLoader(workspace, persons, stop.signal, storeKeeper)
    await send(ctx, 2, '2026-03-08T09:00:00Z')
    while ((await marks(ctx)).length > 0 || (await kept(ctx))[0] !== '2026-03-08 1+2 2') await sleep(100)
    stop.abort()
    await loader
    expect(await differingDays(ctx)).toEqual(same)
  })

  test('what differs without a mark is found', async () => {
    const ctx = await workspace.newTenant()
    for (const day of ['08', '09', '10']) await send(ctx, 1, `2026-03-${day}T08:00:00Z`)
    await load()
    const { clickhouse } = workspace
    await clickhouse.command("delete from active where tenant = {t:UInt32} and day = '2026-03-08' and name = '*'", { t: ctx.tenantId })
    await clickhouse.command(
      "insert into person_day select tenant, name, '2026-03-09', person, events from person_day where tenant = {t:UInt32} and day = '2026-03-09'",
      { t: ctx.tenantId },
    )
    expect(await differingDays(ctx)).toEqual({ active: ['2026-03-08'], personDay: ['2026-03-09'], trails: [] })
  })
})
