import { z } from 'zod'
import { canonicalSql } from '../../../stores/persons.ts'
import { activeSource } from '../../../stores/source.ts'
import { type Frame, frameSql } from '../../route.ts'
import { type Bindings, bindings } from '../../sql.ts'
import { type Asking, factsSql } from '../rows/facts.ts'
import { actedSql, activeMoments, liveMoments, lookBack, stretchesSql } from '../rows/states.ts'
import { momentsSql, type Spans } from '../spans.ts'
import { type Asker, onlyPersons, type PartRow, type Placed, placesOf } from './question.ts'
import { frameOf } from './stored.ts'

/** Who is somebody's friend, who of them did something since, who did so lately and who did not: one question at all moments. */
export const askFriends: Asker = (asking, spans, parts) => {
  const friends = parts.filter(
    ({ part: { rows } }) => ['active', 'silent', 'valid'].includes(rows.kind) || (rows.kind === 'live' && rows.of === 'follow'),
  )
  return friends.length === 0 ? [] : [{ places: placesOf(friends), ask: () => countStates(asking, spans, friends, 'follow') }]
}

export const askMembers: Asker = (asking, spans, parts) => {
  const members = parts.filter(({ part: { rows } }) => rows.kind === 'live' && rows.of === 'group')
  return members.length === 0 ? [] : [{ places: placesOf(members), ask: () => countStates(asking, spans, members, 'group') }]
}

type Asked = Omit<Asking, 'bind'>

const Row = z.object({
  key: z.string(),
  isNow: z.number(),
  live: z.number(),
  valid: z.number(),
  active: z.array(z.number()),
  silent: z.array(z.number()),
})
type Row = z.infer<typeof Row>

async function countStates(asking: Asked, spans: Spans, parts: readonly Placed[], of: 'follow' | 'group'): Promise<PartRow[]> {
  const windows = windowsOf(asking, parts)
  const stored = windows.length > 0 ? await storedActs(asking) : undefined
  const bind = bindings()
  const rows = await asking.scope.ask({ params: bind.params, row: Row, sql: statesSql({ bind, ...asking }, spans, parts, of, stored) })
  return rows.flatMap((row) =>
    parts.map(({ place, part }) => onlyPersons(place, row.isNow, row.key, personsOf(asking, row, part, windows))),
  )
}

/** So many days are looked back, from every moment. */
const windowsOf = ({ scope }: Asked, parts: readonly Placed[]): number[] => [
  ...new Set(
    parts.flatMap(({ part: { rows } }) =>
      rows.kind === 'active' ? [rows.days] : rows.kind === 'silent' ? [scope.settings.silentDays] : [],
    ),
  ),
]

function personsOf({ scope }: Asked, row: Row, { rows }: Placed['part'], windows: readonly number[]): number {
  if (rows.kind === 'live') return row.live
  if (rows.kind === 'valid') return row.valid
  if (rows.kind === 'active') return row.active[windows.indexOf(rows.days)] ?? 0
  return row.silent[windows.indexOf(scope.settings.silentDays)] ?? 0
}

type Stored = { frame: Frame; names: readonly string[] }

/** The names of own acts that the stores hold, if they may be asked: marked days could hold names of which they know nothing. */
async function storedActs(asking: Asked): Promise<Stored | undefined> {
  const frame = frameOf(asking)
  if (!frame || frame.stores.dirty.length > 0) return undefined
  const bind = bindings()
  const rows = await asking.scope.ask({
    params: bind.params,
    row: z.object({ name: z.string() }),
    sql: `select distinct toString(name) as name from active where tenant = ${bind.integer(frame.tenantId)} and not has(${bind.texts(['*', ...asking.scope.settings.notActs])}, name)`,
  })
  if (rows.length === 0) return undefined
  frame.scope.answeredBy('active')
  return { frame, names: rows.map(({ name }) => name) }
}

const empty = 'bitmapBuild([]::Array(UInt32))'

function statesSql(asking: Asking, spans: Spans, parts: readonly Placed[], of: 'follow' | 'group', stored: Stored | undefined): string {
  const { bind, scope } = asking
  const windows = windowsOf(asking, parts)
  const moments = momentsSql(bind, scope, spans)
  const kinds = new Set(parts.map(({ part }) => part.rows.kind))
  const sources = [
    ...(kinds.has('live') || kinds.has('valid') || kinds.has('silent')
      ? [livesSql(asking, spans, moments, of, kinds.has('valid'), windows)]
      : []),
    ...(windows.length > 0 ? [actsSql(asking, spans, moments, windows, stored)] : []),
  ]
  const acts = windows.map((_, i) => (stored ? canonicalSql(`acts${i}`) : `acts${i}`))
  const merged = windows.map((_, i) => `groupBitmapMergeState(act${i}) as acts${i}`)
  return `${stored ? `with ${frameSql(bind, stored.frame)}` : ''} select moment.2 as key, moment.3 as isNow, bitmapCardinality(lives) as live, bitmapCardinality(valids) as valid,
      [${acts.map((all) => `bitmapCardinality(${all})`).join(', ')}]::Array(UInt64) as active, [${acts.map((all) => `bitmapAndnotCardinality(lives, ${all})`).join(', ')}]::Array(UInt64) as silent
    from (select moment, ${['groupBitmapMergeState(live) as lives', 'groupBitmapMergeState(valid) as valids', ...merged].join(', ')} from (${sources.join(' union all ')}) group by moment)`
}

function livesSql(
  asking: Asking,
  spans: Spans,
  moments: string,
  of: 'follow' | 'group',
  valid: boolean,
  windows: readonly number[],
): string {
  const source = valid ? actedSql(asking, spans) : stretchesSql(asking, spans, of)
  return `select moment, groupBitmapState(who) as live, ${valid ? 'groupBitmapStateIf(who, acted > 0 and acted < moment.1)' : empty} as valid, ${windows.map((_, i) => `${empty} as act${i}, `).join('')} 1 as one
    from (select who, ${valid ? 'acted, ' : ''} arrayJoin(${liveMoments(moments)}) as moment from ${source}) group by moment`
}

function actsSql(asking: Asking, spans: Spans, moments: string, windows: readonly number[], stored: Stored | undefined): string {
  const { bind } = asking
  const most = Math.max(...windows)
  const days = stored ? storedDays(bind, stored, spans, most) : askedDays(asking, spans, most)
  const each = windows.map((window, i) => `groupBitmapMergeStateIf(found, day > moment.4 - ${bind.integer(window)}) as act${i}`)
  return `select moment, ${empty} as live, ${empty} as valid, ${each.join(', ')}, 1 as one
    from (select day, found, arrayJoin(${activeMoments(moments, bind.integer(most))}) as moment from ${days}) group by moment`
}

const storedDays = (bind: Bindings, { frame, names }: Stored, spans: Spans, days: number): string =>
  `(select local_day as day, groupBitmapMergeState(persons) as found from ${activeSource(bind, { ...frame, span: { from: lookBack(spans, days), to: spans.now.to }, names })} group by day)`

const askedDays = (asking: Asking, spans: Spans, days: number): string =>
  `(select toDate(at, ${asking.bind.text(asking.scope.calendar.timezone)}) as day, groupBitmapState(who) as found
    from ${factsSql(asking, { events: 'acts' }, { from: lookBack(spans, days), to: spans.now.to })} where who != 0 group by day)`
