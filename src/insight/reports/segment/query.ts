import { visibleCanonical } from '#management/identity/queries.ts'
import type { Scope } from '../scope.ts'
import type { Asking } from './asking.ts'
import { bitsOf, countBits, idsOf } from './bits.ts'
import { explainFor } from './explain.ts'
import { membersOf } from './members.ts'
import { momentOf, resolveRule } from './resolve.ts'
import type { SegmentReport, SegmentResult } from './schema.ts'

/** People are listed unasked up to so many. */
const listedUnasked = 10_000

export async function runSegment(scope: Scope, report: SegmentReport): Promise<SegmentResult> {
  const { ctx } = scope
  const moment = momentOf(ctx, scope.calendar.timezone, scope.currency, report.asOf)
  const asking: Asking = { ctx, moment, stores: scope.stores }
  const node = await resolveRule({ ctx, moment, personOf: scope.personOf, within: [] }, report.rule)
  const person = report.explain === undefined ? undefined : await visibleCanonical(ctx, scope.personOf(report.explain, 'explain'))
  const [members, explain] = await Promise.all([
    membersOf(asking, node),
    person === undefined ? undefined : explainFor(asking, node, person),
  ])
  const { among } = scope.scan({})
  const seen = among ? intersectWith(members, among) : members
  const count = countBits(seen)
  const listed = report.persons ?? count <= listedUnasked
  return {
    count,
    ...(listed ? { persons: idsOf(seen).map((id) => scope.nameOf(id)) } : {}),
    ...(explain ? { explain } : {}),
  }
}

function intersectWith(members: Uint32Array, among: readonly number[]): Uint32Array {
  const asked = bitsOf(among)
  return members.map((word, i) => word & (asked[i] ?? 0))
}
