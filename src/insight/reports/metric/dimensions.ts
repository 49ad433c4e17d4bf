import { appError } from '#platform/errors.ts'
import { publicId } from '#platform/ids.ts'
import { firstChannelsSql } from '../arrivals.ts'
import type { Scope } from '../scope.ts'
import { propertySql, scanEvents } from '../sql.ts'
import type { Metric } from './definition.ts'
import type { Asking } from './rows/facts.ts'

/** Every metric can be split by these. `channel` is the first one a customer came through, `tag` each tag they have. */
export const commonDimensions = ['channel', 'employee', 'tag'] as const
/** Where some facts say more. */
const properties: Readonly<Record<string, string>> = {
  employee: 'employeeName',
  shop: 'shopName',
  region: 'region',
  group: 'chatName',
  addWay: 'addWay',
  source: 'source',
  page: 'page',
}

/** What a metric can be split by: by name, any property of its facts (`property:x`), any attribute of customers (`attribute:x`). */
export const dimensionsOf = (metric: Pick<Metric, 'dimensions'>): string[] => [...commonDimensions, ...(metric.dimensions ?? [])]

type Split = { value: string; join: string; persons: boolean }

/** The SQL of a dimension over rows `r`: a nullable text, and what has to be joined for it. */
export function splitSql(asking: Asking, metric: Pick<Metric, 'dimensions'>, dimension: string): Split {
  const { bind } = asking
  const plain = (value: string): Split => ({ value, join: '', persons: false })
  if (dimension === 'channel') return { value: "nullIf(came.first, '')", join: cameSql(asking), persons: false }
  if (dimension === 'tag') return { value: 'arrayJoin(if(empty(worn.tags), [null], worn.tags))', join: tagsSql(asking), persons: false }
  if (dimension.startsWith('attribute:'))
    return { value: propertySql(bind, dimension.slice(10), 'person'), join: personsSql(asking), persons: true }
  if (dimension.startsWith('property:')) return plain(propertySql(bind, dimension.slice(9)))
  if (dimension === 'product' && dimensionsOf(metric).includes(dimension))
    return plain(`arrayJoin(if(empty(${productsSql}), [null], ${productsSql}))`)
  const property = dimensionsOf(metric).includes(dimension) ? properties[dimension] : undefined
  if (property === undefined)
    throw appError('metric.dimension_unknown', {
      message: `This metric can be split by ${dimensionsOf(metric).join(', ')}, property:… or attribute:….`,
      field: 'breakdown.dimension',
    })
  return plain(propertySql(bind, property))
}

const productsSql = "JSONExtract(properties['products'], 'Array(Nullable(String))')"

function cameSql({ bind, scope, report }: Asking): string {
  const { where: _, ...scan } = scope.scan(report)
  return `left any join ${firstChannelsSql(bind, scan)} as came on r.who = came.who`
}

/** Which tags a customer has is what happened to each of them last. */
function tagsSql({ bind, scope, report }: Asking): string {
  const { where: _, ...scan } = scope.scan(report)
  return `left any join (select who, groupArray(toNullable(tagName)) as tags from (
      select who, argMax(f.name, (f.ms, f.name = 'customer.untagged')) as last, argMax(f.properties['tagName'], f.ms) as tagName
      from ${scanEvents(bind, { ...scan, names: ['customer.tagged', 'customer.untagged'] })} as f group by who, f.properties['tag'])
    where last = 'customer.tagged' group by who) as worn on r.who = worn.who`
}

const personsSql = ({ bind, scope }: Asking): string =>
  `left any join (select person, properties as personProperties from persons final where tenant = ${bind.integer(scope.ctx.tenantId)}) as p on r.who = p.person`

/** How the values of a dimension are called outside. Channels go by their ids. */
export async function valueNames(
  scope: Scope,
  dimension: string,
): Promise<(value: string | null) => { value: string | null; name: string | null }> {
  if (dimension !== 'channel') return (value) => ({ value, name: value })
  const { ctx } = scope
  const rows = await ctx.db.selectFrom('channels').select(['id', 'name']).where('tenantId', '=', ctx.tenantId).execute()
  const names = new Map(rows.map(({ id, name }) => [String(id), name]))
  return (value) => (value === null ? { value, name: null } : { value: channelId(ctx, value), name: names.get(value) ?? value })
}

const channelId = (ctx: Asking['scope']['ctx'], value: string): string =>
  /^\d+$/.test(value) ? publicId(ctx, 'cha', Number(value)) : value
