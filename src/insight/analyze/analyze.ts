import { mirrorOrderLines } from '#conversion/orders/mirror.ts'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { AppError, appError, describeError } from '#platform/errors.ts'
import { type BehaviourEvent, createInboxWriter, type InboxWriter } from '#platform/events/inbox.ts'
import { type PersonNames, readReport, runReport } from '../reports/run.ts'
import { type Case, readCase, readEventLine } from './case.ts'

/** A workspace that is thrown away afterwards: opened by the command, filled and asked here. */
export type Throwaway = { installation: Installation /** Runs everything that follows from what was written. */; settle(): Promise<void> }

/** Cases that are loaded together: enough for the loader to like it, few enough for memory. */
const most = { cases: 100, events: 200_000 }
const parallel = 4

type Loaded = { ctx: Context; report: unknown } | { error: unknown }

/**
 * One case a line in, one result line out, in the order of the lines; a bad case gives its `{"error"}` line. Every case is a
 * tenant of its own and goes through the same doors as live events: inbox, identities, loader, merges.
 */
export async function* analyzeBatch(workspace: Throwaway, lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const batch of batchesOf(lines)) {
    const loaded = await loadCases(workspace, batch)
    const answers = loaded.map((one, i) => ({ one, i }))
    const results: string[] = []
    await Promise.all(
      Array.from({ length: parallel }, async () => {
        for (let next = answers.shift(); next; next = answers.shift()) results[next.i] = await answerLine(workspace.installation, next.one)
      }),
    )
    yield* results
  }
}

/** Runs a report over a file of events, or over what the caller has already brought into the workspace (orders). */
export async function analyzeEvents(workspace: Throwaway, ctx: Context, report: unknown, lines?: AsyncIterable<string>): Promise<unknown> {
  readReport(report)
  if (lines) await loadFile(workspace.installation, ctx, lines)
  await workspace.settle()
  await mirrorPersons(workspace.installation)
  await mirrorOrderLines(workspace.installation)
  return (await runReport(ctx, report, await fileNames(ctx))).result
}

async function loadFile(installation: Installation, ctx: Context, lines: AsyncIterable<string>): Promise<void> {
  const writer = createInboxWriter(installation.databases)
  let waiting: BehaviourEvent[] = []
  let number = 0
  for await (const line of lines) {
    number++
    if (line.trim() === '') continue
    waiting.push(readEventLine(line, number))
    if (waiting.length === 2000) {
      await writer.append(ctx.tenantId, waiting)
      waiting = []
    }
  }
  if (waiting.length > 0) await writer.append(ctx.tenantId, waiting)
}

async function* batchesOf(lines: AsyncIterable<string>): AsyncGenerator<(Case | { error: unknown })[]> {
  let batch: (Case | { error: unknown })[] = []
  let events = 0
  for await (const line of lines) {
    if (line.trim() === '') continue
    const one = attempt(() => readCase(line))
    batch.push(one)
    events += 'error' in one ? 0 : one.events.length
    if (batch.length < most.cases && events < most.events) continue
    yield batch
    batch = []
    events = 0
  }
  if (batch.length > 0) yield batch
}

function attempt(read: () => Case): Case | { error: unknown } {
  try {
    const found = read()
    readReport(found.report)
    return found
  } catch (error) {
    return { error }
  }
}

async function loadCases({ installation, settle }: Throwaway, cases: (Case | { error: unknown })[]): Promise<Loaded[]> {
  const tenants = await createTenants(installation, cases.length)
  const writer = createInboxWriter(installation.databases)
  const loaded = await Promise.all(
    cases.map((one, i) =>
      'error' in one ? one : loadCase(createContext(installation, tenants[i] ?? 0, systemActor, `case-${i}`), writer, one),
    ),
  )
  await settle()
  await mirrorPersons(installation)
  return loaded
}

async function loadCase(ctx: Context, writer: InboxWriter, { events, persons, report }: Case): Promise<Loaded> {
  try {
    const people = [...persons].map(([value, attributes]) => ({ identities: [{ kind: 'person' as const, value }], facts: { attributes } }))
    if (people.length > 0) await identifyMany(ctx, people, 'analyze')
    await writer.append(ctx.tenantId, events)
    return { ctx, report }
  } catch (error) {
    return { error }
  }
}

async function createTenants({ databases }: Installation, count: number): Promise<number[]> {
  const rows = await databases.system
    .insertInto('tenants')
    .values(Array.from({ length: count }, () => ({ name: 'case', timezone: 'Asia/Shanghai', currency: 'CNY' })))
    .returning('id')
    .execute()
  return rows.map(({ id }) => id)
}

async function answerLine(installation: Installation, loaded: Loaded): Promise<string> {
  try {
    if ('error' in loaded) throw loaded.error
    return JSON.stringify((await runReport(loaded.ctx, loaded.report, await fileNames(loaded.ctx))).result)
  } catch (error) {
    if (!(error instanceof AppError)) installation.log.error({ err: error }, 'case failed')
    return JSON.stringify({ error: describeError(error) })
  }
}

/** Persons by the ids of the file: the sender's id, a device, or how an order file names its buyers. */
async function fileNames(ctx: Context): Promise<PersonNames> {
  const rows = await ctx.db
    .selectFrom('identities as i')
    .innerJoin('customers as c', (join) => join.onRef('c.tenantId', '=', 'i.tenantId').onRef('c.id', '=', 'i.customerId'))
    .select(['i.kind', 'i.value', 'i.masked', 'c.id', 'c.canonicalId'])
    .where('i.tenantId', '=', ctx.tenantId)
    .orderBy('i.createdAt')
    .execute()
  const rank = (kind: string) => ['person', 'member_no', 'shop_buyer', 'device'].indexOf(kind) + 1 || 9
  const names = new Map<number, string>()
  // The canonical's own name last, so that it stands where several were merged.
  for (const row of rows.sort((a, b) => rank(b.kind) - rank(a.kind) || Number(a.id === a.canonicalId) - Number(b.id === b.canonicalId)))
    names.set(row.canonicalId, row.masked ?? row.value)
  const persons = new Map(rows.map((row) => [row.value, row.canonicalId]))
  return {
    nameOf: (person) => names.get(person) ?? String(person),
    personOf: (name, field) => {
      const person = persons.get(name.trim())
      if (person === undefined)
        throw appError('person.not_found', { status: 404, message: `Nobody in the events is called "${name.slice(0, 40)}".`, field })
      return person
    },
  }
}
