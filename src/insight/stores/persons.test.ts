import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { DateTime } from 'luxon'
import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { dayReader } from '#platform/events/days.ts'
import { runs } from '#platform/testing/runs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { bindings } from '../reports/sql.ts'
import { readStores } from './dirty.ts'
import { personsWhoDid } from './persons.ts'
import { divide } from './span.ts'

let workspace: TestWorkspace
beforeAll(async () => {
  workspace = await openTestWorkspace()
})

const origin = Date.parse('2026-03-05T00:00:00Z')
const minutes = fc.integer({ min: 0, max: 8 * 24 * 60 })
const zones = fc.constantFrom('Asia/Shanghai', 'UTC', 'America/Los_Angeles', 'Asia/Beirut')
const act = fc.record({ person: fc.integer({ min: 0, max: 6 }), name: fc.constantFrom('a', 'b'), minute: minutes })

test('who did something so often within any two instants is who did it, after merges', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(
      zones,
      fc.array(act, { maxLength: 40 }),
      fc.option(minutes, { nil: undefined }),
      fc.option(minutes, { nil: undefined }),
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('a', '*'),
      fc.option(fc.integer({ min: 5, max: 12 }), { nil: undefined }),
      async (timezone, acts, from, to, atLeast, event, dirty) => {
        const ctx = await workspace.newTenant({ timezone })
        const { tenantId } = ctx
        const dayOf = dayReader(timezone)
        const at = (minute: number) => origin + minute * 60_000
        await workspace.clickhouse.insert(
          'events',
          acts.map(({ person, name, minute }) => ({
            tenant: tenantId,
            person,
            name,
            at: at(minute),
            day: dayOf(at(minute)),
            id: randomUUID(),
            properties: {},
            received_at: 0,
            load: 0,
          })),
        )
        await workspace.clickhouse.insert('persons', [{ tenant: tenantId, person: 1, canonical: 2, properties: {}, version: 1 }])
        if (dirty) {
          const day = `2026-03-${String(dirty).padStart(2, '0')}`
          await workspace.databases.systemPool.query('select mark_dirty_days($1, $2, $2)', [tenantId, day])
          for (const store of ['active', 'person_day'])
            await workspace.clickhouse.command(`delete from ${store} where tenant = {t:UInt32} and day = {day:Date}`, { t: tenantId, day })
        }
        const times = new Map<number, number>()
        for (const { person, name, minute } of acts)
          if (person > 0 && (event === '*' || name === event) && minute >= (from ?? 0) && minute < (to ?? 1e9)) {
            const who = person === 1 ? 2 : person
            times.set(who, (times.get(who) ?? 0) + 1)
          }
        const bind = bindings()
        const span = { from: from === undefined ? undefined : new Date(at(from)), to: to === undefined ? undefined : new Date(at(to)) }
        const did = personsWhoDid(bind, { tenantId, stores: await readStores(ctx), event, span, atLeast })
        const [found] = await workspace.clickhouse.ask({
          sql: `select arraySort(bitmapToArray(${did})) as people`,
          params: bind.params,
          row: z.object({ people: z.array(z.number()) }),
        })
        expect(found?.people).toEqual([...times].flatMap(([who, often]) => (often >= atLeast ? [who] : [])).sort((a, b) => a - b))
      },
    ),
    { numRuns: runs(25) },
  )
})

test('every instant of a span lies in one piece of it, and no other does', () => {
  const day = fc.integer({ min: 1, max: 14 }).map((n) => DateTime.fromISO('2026-03-01').plus({ days: n }).toFormat('yyyy-MM-dd'))
  const dirty = fc.array(
    fc.tuple(day, day).map((pair) => ({ first: pair.sort()[0] ?? '', last: pair.sort()[1] ?? '' })),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(zones, fc.option(minutes), fc.option(minutes), dirty, fc.array(minutes), (zone, from, to, marked, probes) => {
      const instant = (minute: number | null) => (minute === null ? undefined : new Date(origin + minute * 60_000))
      const span = { from: instant(from), to: instant(to) }
      const { days, events } = divide(span, zone, marked)
      for (const probe of probes) {
        const at = origin + probe * 60_000
        const local = DateTime.fromMillis(at, { zone }).toFormat('yyyy-MM-dd')
        const within = (one: { from?: Date | undefined; to?: Date | undefined }) =>
          at >= (one.from?.getTime() ?? -Infinity) && at < (one.to?.getTime() ?? Infinity)
        const pieces = days.filter(({ first, last }) => first <= local && local <= last).length + events.filter(within).length
        expect(pieces).toBe(within(span) ? 1 : 0)
        if (days.some(({ first, last }) => first <= local && local <= last))
          expect(marked.some(({ first, last }) => first <= local && local <= last)).toBe(false)
      }
    }),
    { numRuns: runs(300) },
  )
})
