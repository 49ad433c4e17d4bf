import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { type Asking, type Few, fewOf } from '../../reports/segment/asking.ts'
import { bitsOf } from '../../reports/segment/bits.ts'
import { eventsTogether } from '../../reports/segment/events-together.ts'
import { membersOf } from '../../reports/segment/members.ts'
import { factsOf, type Node } from '../../reports/segment/node.ts'
import { type Resolving, resolveSaved } from '../../reports/segment/resolve.ts'
import { askNow } from '../queries.ts'
import { type Live, unlessAway } from './living.ts'
import { differing, settle } from './stays.ts'

/** A segment, whom facts may have moved and whom the passing of time may have, as their events call them. */
export type Concerned = { live: Live; touched: readonly number[]; moved: readonly number[] }

type SetAside = (ctx: Context, live: Live, error: unknown) => Promise<void>

/**
 * Asks these segments about all the people that any of them concerns: who they are is looked up once, events are read once, and who
 * is in already is compared at once. Asking about more people than a rule needs changes nothing, because every answer is true.
 */
export async function askFew(ctx: Context, concerned: readonly Concerned[], setAside: SetAside): Promise<number> {
  if (concerned.length === 0) return 0
  const few = await fewOf(
    ctx,
    concerned.flatMap(({ touched, moved }) => [...touched, ...moved]),
  )
  const { asking, resolving } = await askNow(ctx)
  const nodes = await resolveAll(resolving, concerned, setAside)
  const shared = { ...asking, few, known: await knownTogether({ ...asking, few }, [...nodes.values()]) }
  const members = new Map<number, Uint32Array>()
  for (const [{ live }, node] of nodes)
    await membersOf(shared, node).then(
      (bits) => members.set(live.id, bits),
      (error) => setAside(ctx, live, error),
    )
  const differ = await differing(ctx, few, members)
  for (const one of nodes.keys()) {
    const { live } = one
    const found = { segment: live.id, ruleVersion: live.ruleVersion, at: asking.moment.at, members: members.get(live.id) ?? bitsOf([]) }
    for (const { why, people } of reasons(few, one, differ.get(live.id) ?? []))
      await settle(ctx, { ...found, members: among(found.members, people), among: people, why })
  }
  return nodes.size
}

async function resolveAll(resolving: Resolving, concerned: readonly Concerned[], setAside: SetAside): Promise<Map<Concerned, Node>> {
  const nodes = new Map<Concerned, Node>()
  for (const one of concerned)
    await resolveSaved(resolving, publicId(resolving.ctx, 'seg', one.live.id), 'segment')
      .catch(unlessAway)
      .then(
        (node) => node && nodes.set(one, node),
        (error) => setAside(resolving.ctx, one.live, error),
      )
  return nodes
}

/** Where the common question cannot be answered, each rule asks its own. */
const knownTogether = (asking: Asking, nodes: readonly Node[]) =>
  eventsTogether(asking, nodes.flatMap(factsOf)).catch((error) => {
    asking.ctx.log.warn({ err: error }, 'segments are asked one by one')
    return new Map()
  })

/** Those who did something that the rule listens to moved by that, the others by time. */
function reasons({ canonicals }: Few, { touched }: Concerned, people: readonly number[]) {
  if (people.length === 0) return []
  const canonicalOf = (id: number) => canonicals.get(id) ?? id
  const acted = new Set(touched.map(canonicalOf))
  const [fact, time] = [people.filter((id) => acted.has(canonicalOf(id))), people.filter((id) => !acted.has(canonicalOf(id)))]
  return [
    { why: 'fact' as const, people: fact },
    { why: 'time' as const, people: time },
  ].filter(({ people }) => people.length > 0)
}

function among(members: Uint32Array, people: readonly number[]): Uint32Array {
  const these = bitsOf(people)
  return members.map((word, i) => word & (these[i] ?? 0))
}
