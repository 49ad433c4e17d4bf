import type { Context as HonoContext } from 'hono'
import { z } from 'zod'
import { visibleCanonical } from '#management/identity/queries.ts'
import type { UsersOf } from '#management/uses.ts'
import type { Context } from '#platform/context.ts'
import { type AppEnv, allow, body, describe, query, router } from '#platform/http/router.ts'
import { internalId } from '#platform/ids.ts'
import { Review } from '../approvals/approval.ts'
import { listStages } from '../follow-ups/queries.ts'
import { countMet } from '../outbound/stops.ts'
import { reviewJourney, submitJourney } from './approving.ts'
import { checkJourney } from './checking.ts'
import {
  archiveJourney,
  changeJourney,
  createJourney,
  drainJourney,
  pauseJourney,
  restoreJourney,
  resumeJourney,
  stopJourney,
} from './commands.ts'
import { Definition } from './definition.ts'
import { lookAtArrivals, namedPeople } from './door.ts'
import { dryRun, simulate } from './foresight.ts'
import { letInByHand, lookAtEntries, reviewEntries } from './letting-in.ts'
import { listJourneys, listRuns, readCounts, readJourney, readTrace, runsOfCustomer } from './queries.ts'
import type { Rules } from './rules.ts'
import {
  ArrivalsLook,
  CheckRequest,
  CountsQuery,
  DoorLook,
  DryRun,
  DryRunRequest,
  EnterRequest,
  Issues,
  Journey,
  JourneyChange,
  JourneyInput,
  JourneyList,
  JourneyQuery,
  LetInResult,
  PublishRequest,
  Resume,
  Run,
  RunList,
  RunQuery,
  SimulateRequest,
  Simulation,
  StepCounts,
  Trace,
} from './schema.ts'
import { templatesWith } from './templates.ts'
import { trialIssues } from './trials.ts'

const Templates = z.object({
  items: z.array(
    z.object({
      key: z.string(),
      name: z.object({ zh: z.string(), en: z.string() }),
      note: z.object({ zh: z.string(), en: z.string() }),
      draft: Definition,
    }),
  ),
})
const Stopped = z.object({ people: z.int() })
const RunsOfCustomer = z.object({ items: z.array(z.object({ journey: z.object({ id: z.string(), name: z.string() }), run: Run })) })

type Request = HonoContext<AppEnv>
/** The journey that a drawing belongs to, where one is named. */
const drawingOf = (ctx: Context, journey: string | undefined): number | undefined =>
  journey === undefined ? undefined : internalId(ctx, 'jny', journey)

const journeyOf = (c: Request): number => internalId(c.var.ctx, 'jny', c.req.param('id') ?? '')

/** `users`: what lies above names journeys by. */
export const journeys = (rules: Rules, users: UsersOf) =>
  router()
    .get(
      '/',
      allow('journeys.read', 'tenant'),
      describe('List journeys, the last changed first', JourneyList),
      query(JourneyQuery),
      async (c) => c.json(await listJourneys(c.var.ctx, c.req.valid('query'))),
    )
    .get('/templates', allow('journeys.read', 'tenant'), describe('Journeys to begin with', Templates), async (c) => {
      const [first] = await listStages(c.var.ctx, { whose: 'team' })
      return c.json({ items: templatesWith(first?.id ?? '') })
    })
    .post('/', allow('journeys.write', 'tenant'), describe('Draw a journey', Journey, 201), body(JourneyInput), async (c) =>
      c.json(await readJourney(c.var.ctx, await createJourney(c.var.ctx, c.req.valid('json'))), 201),
    )
    .post(
      '/check',
      allow('journeys.read', 'tenant'),
      describe('What is wrong with a drawing, step by step', Issues),
      body(CheckRequest),
      async (c) => {
        const { draft, journey } = c.req.valid('json')
        const id = drawingOf(c.var.ctx, journey)
        const broken = id === undefined ? [] : await trialIssues(c.var.ctx, id, draft)
        return c.json({ items: [...(await checkJourney(c.var.ctx, rules, draft)), ...broken] })
      },
    )
    .post(
      '/dry-run',
      allow('journeys.read', 'follow'),
      describe('One person’s way, without anything happening', DryRun),
      body(DryRunRequest),
      async (c) => {
        const { customer, draft, journey, happens, entry } = c.req.valid('json')
        const canonical = await visibleCanonical(c.var.ctx, internalId(c.var.ctx, 'cus', customer))
        const foreseen = { definition: draft, journey: drawingOf(c.var.ctx, journey), happens, entry }
        return c.json(await dryRun(c.var.ctx, rules, canonical, foreseen))
      },
    )
    .post(
      '/simulate',
      allow('journeys.read', 'tenant'),
      describe('A segment’s ways, with what is sent day by day', Simulation),
      body(SimulateRequest),
      async (c) => {
        const { segment, draft, journey, happens, entry } = c.req.valid('json')
        const people = await rules.membersOf(c.var.ctx, segment)
        const foreseen = { definition: draft, journey: drawingOf(c.var.ctx, journey), happens, entry }
        return c.json(await simulate(c.var.ctx, rules, people, foreseen))
      },
    )
    .get(
      '/of/:customer',
      allow('journeys.read', 'follow'),
      describe('The journeys that a customer is or was on', RunsOfCustomer),
      async (c) => {
        const canonical = await visibleCanonical(c.var.ctx, internalId(c.var.ctx, 'cus', c.req.param('customer')))
        return c.json({ items: await runsOfCustomer(c.var.ctx, canonical) })
      },
    )
    .get('/runs/:run', allow('journeys.read', 'tenant'), describe('One person’s way, turn by turn', Trace), async (c) =>
      c.json(await readTrace(c.var.ctx, internalId(c.var.ctx, 'jru', c.req.param('run')))),
    )
    .get('/:id', allow('journeys.read', 'tenant'), describe('Read a journey', Journey), async (c) =>
      c.json(await readJourney(c.var.ctx, journeyOf(c))),
    )
    .patch(
      '/:id',
      allow('journeys.write', 'tenant'),
      describe('Change the drawing; what runs stays', Journey),
      body(JourneyChange),
      async (c) => {
        await changeJourney(c.var.ctx, journeyOf(c), c.req.valid('json'))
        return c.json(await readJourney(c.var.ctx, journeyOf(c)))
      },
    )
    .get(
      '/:id/counts',
      allow('journeys.read', 'tenant'),
      describe('How many are where, and went which way; of one version or of all', StepCounts),
      query(CountsQuery),
      async (c) => c.json(await readCounts(c.var.ctx, journeyOf(c), c.req.valid('query').version)),
    )
    .get('/:id/runs', allow('journeys.read', 'tenant'), describe('Who is or was on the way', RunList), query(RunQuery), async (c) =>
      c.json(await listRuns(c.var.ctx, journeyOf(c), c.req.valid('query'))),
    )
    .post(
      '/:id/publish',
      allow('journeys.write', 'tenant'),
      describe('Start the drawing as it is now, or ask a second person first when it may reach many', Journey),
      body(PublishRequest),
      async (c) => {
        await submitJourney(c.var.ctx, rules, journeyOf(c), c.req.valid('json'))
        return c.json(await readJourney(c.var.ctx, journeyOf(c)))
      },
    )
    .post(
      '/:id/review',
      allow('messages.approve', 'tenant'),
      describe('Approve or send back, as a second person', Journey),
      body(Review),
      async (c) => {
        await reviewJourney(c.var.ctx, rules, journeyOf(c), c.req.valid('json'))
        return c.json(await readJourney(c.var.ctx, journeyOf(c)))
      },
    )
    .post(
      '/:id/entries',
      allow('journeys.write', 'follow'),
      describe('Let people in, or ask a second person first when they are many', LetInResult),
      body(EnterRequest),
      async (c) => {
        const named = c.req.valid('json')
        const people = await namedPeople(c.var.ctx, rules, named)
        return c.json(await letInByHand(c.var.ctx, journeyOf(c), { people, entry: named.entry }))
      },
    )
    .post(
      '/:id/entries/review',
      allow('messages.approve', 'tenant'),
      describe('Let the waiting people in or turn them away, as a second person', Journey),
      body(Review),
      async (c) => {
        await reviewEntries(c.var.ctx, journeyOf(c), c.req.valid('json'))
        return c.json(await readJourney(c.var.ctx, journeyOf(c)))
      },
    )
    .post(
      '/:id/entries/preview',
      allow('journeys.write', 'follow'),
      describe('How many would be let in now, and why the others would not', DoorLook),
      body(EnterRequest),
      async (c) => {
        const named = c.req.valid('json')
        const people = await namedPeople(c.var.ctx, rules, named)
        return c.json(await lookAtEntries(c.var.ctx, journeyOf(c), { people, entry: named.entry }))
      },
    )
    .get(
      '/:id/arrivals',
      allow('journeys.read', 'tenant'),
      describe('Who waits since it was paused: how many would come in now, and why the others would not', ArrivalsLook),
      async (c) => c.json(await lookAtArrivals(c.var.ctx, journeyOf(c))),
    )
    .post('/:id/pause', allow('journeys.write', 'tenant'), describe('Hold everybody where they are', Journey), async (c) => {
      await pauseJourney(c.var.ctx, journeyOf(c))
      return c.json(await readJourney(c.var.ctx, journeyOf(c)))
    })
    .post(
      '/:id/resume',
      allow('journeys.write', 'tenant'),
      describe('Go on; arrivals=drop lets nobody in who came while it was paused', Journey),
      query(Resume),
      async (c) => {
        await resumeJourney(c.var.ctx, journeyOf(c), c.req.valid('query'))
        return c.json(await readJourney(c.var.ctx, journeyOf(c)))
      },
    )
    .post(
      '/:id/drain',
      allow('journeys.write', 'tenant'),
      describe('Let nobody in; whoever is on the way goes to the end', Journey),
      async (c) => {
        await drainJourney(c.var.ctx, journeyOf(c))
        return c.json(await readJourney(c.var.ctx, journeyOf(c)))
      },
    )
    .post(
      '/:id/stop',
      allow('journeys.write', 'tenant'),
      describe('Everybody is out at once; recall=true calls back what waits for members to confirm', Stopped),
      query(z.object({ recall: z.stringbool().default(false) })),
      async (c) => c.json({ people: await stopJourney(c.var.ctx, journeyOf(c), c.req.valid('query')) }),
    )
    .get(
      '/:id/unconfirmed',
      allow('journeys.read', 'tenant'),
      describe('How many people’s messages wait for members to confirm', Stopped),
      async (c) => {
        const { recalled } = await countMet(c.var.ctx, { scope: 'source', kind: 'journey', id: journeyOf(c) })
        return c.json({ people: recalled })
      },
    )
    .post('/:id/restore', allow('journeys.write', 'tenant'), describe('Bring back what was put away', Journey), async (c) => {
      await restoreJourney(c.var.ctx, journeyOf(c))
      return c.json(await readJourney(c.var.ctx, journeyOf(c)))
    })
    .delete('/:id', allow('journeys.write', 'tenant'), describe('Put a journey away', undefined, 204), async (c) => {
      await archiveJourney(c.var.ctx, journeyOf(c), users)
      return c.body(null, 204)
    })
