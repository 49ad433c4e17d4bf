import { sql } from 'kysely'
import { z } from 'zod'
import { dealtHere } from '#operation/experiments/queries.ts'
import { type Believed, believe } from '#platform/believe.ts'
import type { Context, Installation } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { remember } from '#platform/remember.ts'
import { trackedDeclarations } from './events.ts'
import type { Plan } from './plan.ts'
import { eventUse, toldProperties } from './queries.ts'
import { type Declaring, type PlannedEvent, PlannedProperty } from './schema.ts'

/** How long a plan that was read is believed: events come by the thousand a second, plans change once a week. */
const believedMs = 2_000

const memory = new WeakMap<Installation['databases'], Believed<number, Plan>>()

/** What events are held to now. Another process hears of a change within two seconds, this one at once. */
export const planOf = (ctx: Context): Promise<Plan> =>
  believe(
    remember(memory, ctx.databases, (): Believed<number, Plan> => new Map()),
    ctx.tenantId,
    believedMs,
    () => readPlan(ctx),
  )

export const forgetPlan = (ctx: Context): void => void memory.get(ctx.databases)?.delete(ctx.tenantId)

async function readPlan(ctx: Context): Promise<Plan> {
  const [planned, tenant, dealt] = await Promise.all([listPlanned(ctx), holdsUnknown(ctx), dealtHere(ctx)])
  const own = planned.map(({ name, properties, closed }) => [name, { properties, closed }] as const)
  return { events: new Map([...trackedDeclarations, ...own]), holdUnknown: tenant, dealt }
}

export async function holdsUnknown(ctx: Context): Promise<boolean> {
  const { holdUnknownEvents } = await ctx.db
    .selectFrom('tenants')
    .select('holdUnknownEvents')
    .where('id', '=', ctx.tenantId)
    .executeTakeFirstOrThrow()
  return holdUnknownEvents
}

const properties = z.array(PlannedProperty)
const sample = z.record(z.string(), z.unknown()).nullable()

export async function listPlanned(ctx: Context): Promise<(Declaring & { name: string })[]> {
  const rows = await ctx.db.selectFrom('plannedEvents').selectAll().where('tenantId', '=', ctx.tenantId).orderBy('name').execute()
  return rows.map(({ name, title, description, owner, closed, ...row }) => ({
    name,
    title,
    description,
    owner,
    closed,
    properties: properties.parse(row.properties),
    sample: sample.parse(row.sample),
  }))
}

/** Everything declared, by the product and the company, and everything seen. */
export async function readTrackingPlan(ctx: Context, definitions: readonly EventDefinition[]): Promise<PlannedEvent[]> {
  const [planned, seen, told] = await Promise.all([listPlanned(ctx), eventUse(ctx), toldProperties(ctx)])
  const uses = new Map(seen.map((use) => [use.name, use]))
  const items = [
    ...definitions.map(productEvent),
    ...planned.map(companyEvent),
    ...seen.filter(({ name }) => ![...definitions, ...planned].some((one) => one.name === name)).map(({ name }) => strangeEvent(name)),
  ]
  return items.map((item) => {
    const use = uses.get(item.name)
    return {
      ...item,
      properties: [...new Set([...item.properties, ...(told.events.get(item.name) ?? [])])],
      events: use?.events ?? 0,
      persons: use?.persons ?? 0,
      lastAt: use?.lastAt ?? null,
    }
  })
}

const unused = { events: 0, persons: 0, lastAt: null }

function productEvent({ name, title, own, logOnly, properties: { shape } }: EventDefinition): PlannedEvent {
  const tracked = trackedDeclarations.get(name)
  const plan = tracked && { title: title.zh, description: '', owner: '', sample: null, closed: false, properties: [...tracked.properties] }
  return {
    name,
    title,
    own,
    logOnly,
    declared: true,
    declaredBy: tracked ? 'pages' : 'product',
    properties: Object.keys(shape),
    plan: plan ?? null,
    ...unused,
  }
}

const companyEvent = ({ name, ...plan }: Declaring & { name: string }): PlannedEvent => ({
  name,
  title: { zh: plan.title, en: plan.title },
  own: true,
  logOnly: false,
  declared: true,
  declaredBy: 'company',
  properties: plan.properties.map((property) => property.name),
  plan,
  ...unused,
})

const strangeEvent = (name: string): PlannedEvent => ({
  name,
  title: null,
  own: true,
  logOnly: false,
  declared: false,
  declaredBy: null,
  properties: [],
  plan: null,
  ...unused,
})

/** How many wait, whatever the list shows. */
export async function countQuarantined(ctx: Context): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*)::int as waiting from quarantined_events where tenant_id = ${ctx.tenantId} and replayed_at is null`.execute(ctx.db)
  return rows[0]?.waiting ?? 0
}
