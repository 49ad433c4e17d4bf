import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { changeState, createExperiment } from '#operation/experiments/commands.ts'
import { NewExperiment } from '#operation/experiments/schema.ts'
import type { Context } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { dayReader } from '#platform/events/days.ts'
import { textProperties } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { timezoneOf } from '#platform/timezone.ts'
import { runReport } from './run.ts'

export type TestEvent = { person: string; event: string; timestamp: string; properties?: Record<string, unknown> }

/** An event as the product itself tells it: held to its definition, in the type checker and when it is made. */
export const toldEvent = <Properties extends z.ZodObject>(
  definition: EventDefinition<Properties>,
  person: string,
  timestamp: string,
  properties: z.input<Properties>,
): TestEvent => ({ person, event: definition.name, timestamp, properties: z.strictObject(definition.properties.shape).parse(properties) })

export type World = {
  events: TestEvent[]
  persons?: Record<string, Record<string, unknown>> /** merged → kept */
  merges?: Record<string, string>
}

/** A tenant's events and people as they lie in ClickHouse, and a way to ask about them by the names of the world. */
export async function loadWorld(ctx: Context, { events, persons = {}, merges = {} }: World) {
  const ids = new Map<string, number>()
  const idOf = (name: string): number => {
    const id = ids.get(name) ?? ids.size + 1
    ids.set(name, id)
    return id
  }
  const timezone = await timezoneOf(ctx)
  const dayOf = dayReader(timezone)
  const rows = events.map(({ person, event, timestamp, properties = {} }) => ({
    tenant: ctx.tenantId,
    person: person === '' ? 0 : idOf(person),
    at: Date.parse(timestamp),
    day: dayOf(Date.parse(timestamp)),
    name: event,
    id: randomUUID(),
    properties: textProperties(properties),
    received_at: 0,
    load: 0,
  }))
  await ctx.clickhouse.insert('events', rows, { max_partitions_per_insert_block: '0' })
  const known = new Set([...Object.keys(persons), ...Object.keys(merges)])
  const mirror = [...known].map((name) => ({
    tenant: ctx.tenantId,
    person: idOf(name),
    canonical: idOf(merges[name] ?? name),
    properties: textProperties(persons[name] ?? {}),
    version: 1,
  }))
  await ctx.clickhouse.insert('persons', mirror)
  const names = {
    nameOf: (id: number) => [...ids].find(([, one]) => one === id)?.[0] ?? '?',
    personOf: (name: string) => ids.get(name) ?? 0,
  }
  return {
    ids,
    run: async <Result>(report: object): Promise<Result> => (await runReport(ctx, report, names)).result as Result,
  }
}

/** A running trial on something that is said, half of the people held out; how its exposures name it. */
export async function sendingTrial(ctx: Context, on: { kind: 'message' | 'journey_step'; id: number; step?: string }): Promise<string> {
  const design = NewExperiment.parse({
    name: '留出',
    holdoutPerMille: 500,
    variants: [{ key: 'a', name: 'A', weight: 1000 }],
    trialMetric: { name: '成交', event: 'order.paid' },
    growthMetric: { name: '成交额', event: 'order.paid', measure: 'sum(amount)' },
    windowDays: 7,
    plan: { base: 0.2, lift: 0.05 },
    thing: { ...on, id: publicId(ctx, on.kind === 'message' ? 'msg' : 'jny', on.id) },
  })
  const id = await createExperiment(ctx, design)
  await changeState(ctx, id, { state: 'running' })
  return publicId(ctx, 'xpt', id)
}
