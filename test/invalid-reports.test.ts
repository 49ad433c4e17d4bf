import { globSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { readReport, runReport } from '#insight/reports/run.ts'
import { reportTypes } from '#insight/reports/schema.ts'
import { loadWorld } from '#insight/reports/testing.ts'
import type { Context } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'

// What strangers write into report documents: each gets an answer or a coded error that names the field, never a 500.

type Json = unknown
type Path = readonly (string | number)[]
type Document = Record<string, Json>

const folder = join(import.meta.dirname, '../src/insight/reports')
const examples: Document[] = []
for (const file of globSync('*/examples.ts', { cwd: folder }).sort()) examples.push(...(await import(join(folder, file))).examples)

let ctx: Context
const names = { nameOf: String, personOf: (name: string) => Number(name) || 0 }

beforeAll(async () => {
  const workspace = await openTestWorkspace()
  workspace.setNow('2026-04-01T04:00:00Z')
  ctx = await workspace.newTenant()
  const event = (person: string, name: string, day: number, properties: object) => ({
    person,
    event: name,
    timestamp: `2026-03-${String(day).padStart(2, '0')}T10:00:00+08:00`,
    properties: { ...properties },
  })
  const paid = (person: string, day: number, order: number) =>
    event(person, 'order.paid', day, { amount: 5000, currency: 'CNY', order, items: 1, products: ['P1'], region: '上海' })
  await loadWorld(ctx, {
    events: [
      event('a', 'page.viewed', 2, { path: '/', source: 'ad' }),
      ...[3, 9, 20].map((day, i) => paid('a', day, i + 1)),
      ...[4, 12].map((day, i) => paid('b', day, i + 7)),
    ],
  })
})

/** Every place of a document that holds a value of a kind; the type's own name is not one. */
function placesOf(value: Json, is: (value: Json) => boolean, path: Path = []): Path[] {
  const own = is(value) && path.length > 0 && !(path.length === 1 && path[0] === 'type') ? [path] : []
  if (typeof value !== 'object' || value === null) return own
  return [...own, ...Object.entries(value).flatMap(([key, one]) => placesOf(one, is, [...path, Array.isArray(value) ? Number(key) : key]))]
}

function replaced(document: Document, path: Path, value: Json): Document {
  const copy = structuredClone(document)
  const parent = path.slice(0, -1).reduce<Json>((at, key) => (at as Document)[key], copy)
  Object.assign(parent as object, { [path.at(-1) ?? '']: value })
  return copy
}

/** The refusal of a document; nothing when it is accepted. Whatever is thrown that has no code fails the test. */
function refusalOf(document: Json): AppError | undefined {
  try {
    readReport(document)
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(AppError)
    return error as AppError
  }
}

const isText = (value: Json) => typeof value === 'string'
const isNumber = (value: Json) => typeof value === 'number'
const isObject = (value: Json) => typeof value === 'object' && value !== null && !Array.isArray(value)
const key = (path: Path) => path.join('.')
const titled = examples.map((document) => [String(document.type), JSON.stringify(document).slice(0, 100), document] as const)

test('every type has examples', () => {
  expect([...new Set(examples.map(({ type }) => type))].sort()).toEqual([...reportTypes].sort())
})

describe.each(titled)('%s %s', (_type, _text, document) => {
  test('is valid, and refused where a text, number or object is of another kind or a field is unknown', () => {
    expect(refusalOf(document)).toBeUndefined()
    for (const path of placesOf(document, (value) => isText(value) || isNumber(value))) {
      const refusal = refusalOf(replaced(document, path, [[{}]]))
      expect([key(path), refusal?.code]).toEqual([key(path), 'report.invalid'])
      expect([key(path), refusal?.field?.startsWith(String(path[0]))]).toEqual([key(path), true])
    }
    for (const path of [[], ...placesOf(document, isObject)].filter((one) => !isFree(one))) {
      const surplus = path.length === 0 ? { ...document, surplus: 1 } : replaced(document, [...path, 'surplus'], 1)
      expect([key(path), refusalOf(surplus)?.field]).toEqual([
        key(path),
        expect.stringContaining(path.length === 0 ? 'surplus' : String(path[0])),
      ])
    }
  })

  test('is refused with NUL or half a surrogate pair in any text', () => {
    for (const path of placesOf(document, isText))
      for (const broken of ['a\0b', '\ud800'])
        expect([key(path), refusalOf(replaced(document, path, broken))?.field]).toEqual([
          key(path),
          expect.stringContaining(String(path[0])),
        ])
  })

  test('is refused with the last day before the first, and with ten thousand of anything that is listed', () => {
    if (document.dateFrom && document.dateTo)
      expect(refusalOf({ ...document, dateFrom: document.dateTo, dateTo: '2020-01-01' })).toMatchObject({ field: 'dateTo' })
    // Twenty thousand people may be named.
    for (const path of placesOf(document, Array.isArray).filter((one) => key(one) !== 'among')) {
      const list = path.reduce<Json>((at, one) => (at as Document)[one], document) as Json[]
      const many = Array.from({ length: 10_000 }, (_, i) => list[i % list.length])
      expect([key(path), refusalOf(replaced(document, path, many))?.field]).toEqual([key(path), expect.stringContaining(String(path[0]))])
    }
  })
})

/** Where the keys are the asker's own: properties, variants. */
const isFree = (path: Path) => path.includes('where') || path.at(-1) === 'expected' || path.at(-1) === 'rule'

const evil = `'; drop table events; -- {p0:String} \\' \\\\ " \` %s \${x} ?1 $1 */ /*`
const harmless = 'a name that nobody knows'.padEnd(evil.length, '.')

/** The document with a text in every place that takes any text; places that are refused by name keep what they have. */
function withEverywhere(
  document: Document,
  value: Json,
  is: (value: Json) => boolean,
  kept: ReadonlySet<string>,
): { document: Document; changed: string[] } {
  let changed = document
  const places: string[] = []
  for (const path of placesOf(document, is)) {
    const next = replaced(changed, path, value)
    if (kept.has(key(path)) || refusalOf(next)) continue
    changed = next
    places.push(key(path))
  }
  return { document: changed, changed: places }
}

/** The answer, or the refusals on the way to one: a place that is at fault is put back and the rest is asked again. */
async function answerWith(document: Document, value: Json, is: (value: Json) => boolean): Promise<Json> {
  const kept = new Set<string>()
  const refusals: Json[] = []
  for (;;) {
    const { document: asked, changed } = withEverywhere(document, value, is, kept)
    try {
      const { result } = await runReport(ctx, asked, names)
      return { refusals, result }
    } catch (error) {
      expect(error).toBeInstanceOf(AppError)
      const { code, field, status } = error as AppError
      expect([code, field, status < 500, typeof field]).toEqual([code, field, true, 'string'])
      const atFault = changed.filter((place) => place === field || (field ?? '').startsWith(`${place}.`) || place.startsWith(`${field}.`))
      refusals.push({ code, field })
      if (atFault.length === 0) return { refusals }
      for (const place of atFault) kept.add(place)
    }
  }
}

const masked = (value: Json, name: string): Json => JSON.parse(JSON.stringify(value).replaceAll(JSON.stringify(name).slice(1, -1), 'X'))

/** Of each type the document that says most of a kind. */
const fullest = (type: string, is: (value: Json) => boolean): Document =>
  examples.filter((one) => one.type === type).toSorted((a, b) => placesOf(b, is).length - placesOf(a, is).length)[0] ?? {}

describe('what reaches the database', () => {
  test.concurrent.each(reportTypes)('%s answers names full of SQL as it answers unknown names', async (type) => {
    const document = fullest(type, isText)
    expect(masked(await answerWith(document, evil, isText), evil)).toEqual(masked(await answerWith(document, harmless, isText), harmless))
  })

  test.concurrent.each(reportTypes)('%s answers numbers beyond all bounds, or names them', async (type) => {
    await answerWith(fullest(type, isNumber), 1e300, isNumber)
  })

  test('the events are still there', async () => {
    expect(await ctx.clickhouse.rows('select count() as events from events')).toEqual([{ events: 6 }])
  })
})

const dates = { dateFrom: '2026-03-01', dateTo: '2026-03-31' }
const steps = [{ event: 'a' }, { event: 'b' }, { event: 'c' }]

test.each([
  [{ type: 'funnel', ...dates, steps, exclusions: [{ event: 'x', fromStep: 2, toStep: 1 }] }, 'exclusions.0.toStep'],
  [{ type: 'funnel', ...dates, steps, exclusions: [{ event: 'x', fromStep: 0, toStep: 3 }] }, 'exclusions.0.toStep'],
  [{ type: 'funnel', ...dates, steps, window: { value: 0, unit: 'day' } }, 'window.value'],
  [{ type: 'funnel', ...dates, steps: Array.from({ length: 10_000 }, () => ({ event: 'a' })) }, 'steps'],
  [{ type: 'funnel', ...dates, steps, persons: { step: 3 } }, 'persons.step'],
  [{ type: 'funnel', ...dates, steps, timezone: "UTC'; drop table events; --" }, 'timezone'],
  [{ type: 'funnel', ...dates, steps, weekStart: 'friday' }, 'weekStart'],
  [{ type: 'funnel', ...dates, steps, where: { property: 'x', op: 'drop', value: 1 } }, 'where.op'],
  [{ type: 'metric', ...dates, metric: 'no such metric' }, 'metric'],
  [{ type: 'attribution', ...dates, conversion: { event: 'a' }, touchpoint: { event: 'b', property: 'c' }, windowDays: 0 }, 'windowDays'],
  [{ type: 'clv', calibrationEnd: '2026-02-31' }, 'calibrationEnd'],
  [{ type: 'trend', ...dates, series: [] }, 'series'],
  [{ type: 'nonsense' }, 'type'],
  [{ type: ['funnel'] }, 'type'],
])('%j is refused and %s named', async (document, field) => {
  await expect(runReport(ctx, document, names)).rejects.toMatchObject({ field })
})
