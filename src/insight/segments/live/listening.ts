import type { Context } from '#platform/context.ts'
import { asksPersons } from '#platform/events/where.ts'
import { latestEvents } from '../../reports/segment/latest.ts'
import { type Leaf, type LeafOf, unitMs, type Within } from '../../reports/segment/leaves.ts'
import { leavesOf, type Rule } from '../../reports/segment/rule.ts'
import { savedSegment } from '../../reports/segment/saved.ts'

/** What may change whom a rule holds for. */
export type Listening = {
  /** Events after which the people who did them are asked about again; `*` is any. */
  names: string[]
  /** Windows whose ends move with time: what leaves one is looked for by its name. */
  windows: { names: string[]; ms: number }[]
  /** Counts days of the calendar: everybody is asked about when one begins. */
  days: boolean
  /** Asks what ranks everybody or is only known a while later: everybody is asked about now and then. */
  slow: boolean
}

/** Of every rule: who is there at all, and whom they count as. */
const always = ['customer.created', 'customer.merged', 'customer.separated']
const attributeEvents = ['customer.updated', 'customer.followed']
const friendEvents = ['customer.followed', 'customer.unfollowed']
const groupEvents = ['group.joined', 'group.left']
const orderEvents = ['order.paid', 'order.amended', 'order.refunded']

export async function listeningOf(ctx: Context, rule: Rule): Promise<Listening> {
  const parts = (await saidBy(ctx, rule)).map(leafListening)
  return {
    names: [...new Set([...always, ...parts.flatMap(({ names }) => names)])],
    windows: parts.flatMap(({ windows }) => windows),
    days: parts.some(({ days }) => days),
    slow: parts.some(({ slow }) => slow),
  }
}

/** Leaves of the rule and of the saved ones it names; rules lead in no circle, which saving them sees to. */
async function saidBy(ctx: Context, rule: Rule): Promise<Leaf[]> {
  const found = await Promise.all(
    leavesOf(rule).map(async ({ leaf, path }): Promise<Leaf[]> => {
      if (!('segment' in leaf)) return [leaf]
      const saved = await savedSegment(ctx, leaf.segment, path.join('.'))
      return saved.rule ? saidBy(ctx, saved.rule) : []
    }),
  )
  return found.flat()
}

const quiet: Listening = { names: [], windows: [], days: false, slow: false }

function leafListening(leaf: Leaf): Listening {
  if ('attribute' in leaf) return attributeListening(leaf.attribute)
  if ('tag' in leaf) return { ...quiet, names: ['customer.tagged', 'customer.untagged'] }
  if ('follow' in leaf) return { ...quiet, names: friendEvents, days: leaf.follow.days !== undefined }
  if ('group' in leaf) return { ...quiet, names: groupEvents, days: leaf.group.days !== undefined }
  if ('event' in leaf) return doneListening([leaf.event], leaf.event.within)
  if ('sequence' in leaf) return doneListening(leaf.sequence.steps, leaf.sequence.within)
  if ('orders' in leaf) {
    const { within, lastDaysAgo, firstDaysAgo } = leaf.orders
    return { ...windowed(orderEvents, within), days: lastDaysAgo !== undefined || firstDaysAgo !== undefined }
  }
  if ('points' in leaf) return { ...quiet, names: [latestEvents.points.event] }
  if ('member_level' in leaf) return { ...quiet, names: [latestEvents.member_level.event] }
  if ('customers' in leaf || 'random' in leaf || 'segment' in leaf) return quiet
  return { ...quiet, slow: true }
}

function attributeListening({ property, op }: LeafOf<'attribute'>): Listening {
  const isDate = op === 'days_ago' || op === 'anniversary_in'
  return { ...quiet, names: attributeEvents, days: isDate, slow: property === 'activeAt' }
}

type Done = Pick<LeafOf<'event'>, 'event' | 'where'>

function doneListening(matchers: readonly Done[], within: Within | undefined): Listening {
  const { names, windows } = windowed(
    matchers.map(({ event }) => event),
    within,
  )
  const asksPeople = matchers.some(({ where }) => where !== undefined && asksPersons(where))
  return { ...quiet, names: asksPeople ? [...names, ...attributeEvents] : names, windows }
}

const windowed = (names: string[], within: Within | undefined): Listening => ({
  ...quiet,
  names,
  windows: within && 'last' in within ? [{ names, ms: within.last * unitMs[within.unit] }] : [],
})
