import Big from 'big.js'
import type { Parameters } from '#platform/clickhouse.ts'
import { asksPersons, type Condition, type Scalar } from '#platform/events/where.ts'
import type { Stores } from '../stores/dirty.ts'
import { canonicalIdSql, mergedSql, originalsSql, personsWhoDid } from '../stores/persons.ts'
import type { Span } from '../stores/span.ts'
import type { Matcher } from './schema.ts'

/** Every value of a report reaches ClickHouse as a parameter; the SQL text holds nothing that somebody typed. */
export type Bindings = {
  params: Parameters
  text(value: string): string
  texts(values: readonly string[]): string
  integer(value: number): string
}

export function bindings(): Bindings {
  const params: Record<string, unknown> = {}
  const bind = (type: string, value: unknown): string => {
    const name = `p${Object.keys(params).length}`
    params[name] = value
    return `{${name}:${type}}`
  }
  return {
    params,
    text: (value) => bind('String', value),
    texts: (values) => bind('Array(String)', values),
    integer: (value) => bind('Int64', value),
  }
}

/** What a report looks at: one tenant's events, its merges applied, within instants, by names, filtered, of some people. */
export type Scan = {
  tenantId: number
  /** from ≤ at < to */
  from?: Date | undefined
  to?: Date | undefined
  /** Undefined for any event. */
  names?: readonly string[] | undefined
  where?: Condition | undefined
  among?: readonly number[] | undefined
  /** Ids as the events carry them, before merges: the events of nobody else are read. */
  originals?: readonly number[] | undefined
  /** Only of whoever did this within a span, as the stores tell (docs/adr/0012). */
  doers?: Doers
  /** Only what somebody known did. Said here, who they count as is made out for nobody where nothing else asks. */
  known?: boolean
  /** Whether other expressions ask for `personProperties`. */
  persons?: boolean
}

type Doers = { stores: Stores; event: string; span: Span }

const hot = ['channel', 'code', 'ord', 'amount', 'currency', 'product']

/**
 * A subquery with the columns who, at, ms, name, id, properties, the hot properties channel, code, ord, amount, currency and product,
 * and, where asked for, personProperties. Whoever does without id and properties reads the events of the asked names only.
 */
export function scanEvents(bind: Bindings, scan: Scan): string {
  const tenant = bind.integer(scan.tenantId)
  const withPersons = scan.persons === true || (scan.where !== undefined && asksPersons(scan.where))
  const conditions = [
    `e.tenant = ${tenant}`,
    ...(scan.known ? ['e.person != 0'] : []),
    ...(scan.originals ? [idsSql('e.person', scan.originals)] : []),
    ...(scan.from ? [`e.at >= fromUnixTimestamp64Milli(${bind.integer(scan.from.getTime())}, 'UTC')`] : []),
    ...(scan.to ? [`e.at < fromUnixTimestamp64Milli(${bind.integer(scan.to.getTime())}, 'UTC')`] : []),
    ...(scan.names ? [`e.name in ${bind.texts(scan.names)}`] : []),
    ...(scan.doers ? [doersSql(bind, scan.tenantId, scan.doers)] : []),
  ]
  const outer = [...(scan.where ? [conditionSql(bind, scan.where)] : []), ...(scan.among ? [idsSql('who', scan.among)] : [])]
  const read = `with ${mergedSql(bind, scan.tenantId)} select ${canonicalIdSql('e.person')} as who, e.at as at, toUnixTimestamp64Milli(e.at) as ms, e.name as name, e.id as id, e.properties as properties, ${hot.map((column) => `e.${column} as ${column}`).join(', ')}
    from events as e
    where ${conditions.join(' and ')}`
  const joined = withPersons
    ? `select r.*, p.properties as personProperties from (${read}) as r
       left any join (select person, properties from persons final where tenant = ${tenant}) as p on r.who = p.person`
    : read
  return outer.length === 0 ? `(${joined})` : `(select * from (${joined}) where ${outer.join(' and ')})`
}

/** One of those who did it, by any id that their events carry. */
function doersSql(bind: Bindings, tenantId: number, doers: Doers): string {
  const originals = `(with ${mergedSql(bind, tenantId)}, ${personsWhoDid(bind, { tenantId, ...doers })} as did select bitmapToArray(${originalsSql('did')}))`
  return `e.person in (select arrayJoin(${originals}))`
}

/**
 * Inner ids are integers the codec made; a long list of them would not fit into a URL as a parameter. Of very many, the bits that
 * stand for them are a hundredth of the text.
 */
export const idsSql = (column: string, ids: readonly number[]): string => {
  if (ids.length === 0) return '0'
  return ids.length > 1000 ? `${column} in ${bitsSql(bytesOfIds(ids))}` : `${column} in (${ids.map((id) => Math.trunc(id)).join(',')})`
}

/** Inner ids as a subquery with the column who. */
export const peopleSql = (ids: readonly number[]): string =>
  `(select id as who from ${bitsSql(ids.length === 0 ? Buffer.alloc(1) : bytesOfIds(ids))})`

/** People as bits (bit `id % 8` of byte `id / 8`), as a subquery of their ids. */
export function bitsSql(bytes: Buffer): string {
  const bits = `base64Decode('${bytes.toString('base64')}')`
  return `(select toUInt32(number) as id from numbers(${bytes.length * 8}) where bitTest(reinterpretAsUInt8(substring(${bits}, intDiv(number, 8) + 1, 1)), number % 8))`
}

function bytesOfIds(ids: readonly number[]): Buffer {
  const bytes = Buffer.alloc(ids.reduce((most, id) => Math.max(most, (id >>> 3) + 1), 0))
  for (const id of ids) bytes[id >>> 3] = (bytes[id >>> 3] ?? 0) | (1 << (id & 7))
  return bytes
}

export const matcherSql = (bind: Bindings, { event, where }: Matcher): string =>
  [event === '*' ? '1' : `name = ${bind.text(event)}`, ...(where ? [conditionSql(bind, where)] : [])].join(' and ')

/** The names that matchers ask for; undefined when one of them takes any event. */
export const namesOf = (matchers: readonly Matcher[]): string[] | undefined =>
  matchers.some(({ event }) => event === '*') ? undefined : [...new Set(matchers.map(({ event }) => event))]

export const askPersons = (matchers: readonly Matcher[]): boolean => matchers.some(({ where }) => where !== undefined && asksPersons(where))

/** A property's text, null where it is absent. */
export const propertySql = (bind: Bindings, property: string, scope: 'event' | 'person' = 'event'): string => {
  const column = scope === 'event' ? 'properties' : 'personProperties'
  const name = bind.text(property)
  return `if(mapContains(${column}, ${name}), ${column}[${name}], null)`
}

/** Numbers as decimals with 20 places: comparisons and sums are exact, text that is no number is null. */
export const decimalSql = (sql: string): string => `toDecimal256OrNull(${sql}, 20)`

export function conditionSql(bind: Bindings, condition: Condition): string {
  if ('and' in condition) return condition.and.length === 0 ? '1' : `(${condition.and.map((one) => conditionSql(bind, one)).join(' and ')})`
  if ('or' in condition) return condition.or.length === 0 ? '0' : `(${condition.or.map((one) => conditionSql(bind, one)).join(' or ')})`
  if ('not' in condition) return `not (${conditionSql(bind, condition.not)})`
  return `ifNull(${comparisonSql(bind, condition)}, 0)`
}

function comparisonSql(bind: Bindings, { property, scope, op, value }: Extract<Condition, { op: unknown }>): string {
  const left = propertySql(bind, property, scope)
  const values = Array.isArray(value) ? value : value === undefined ? [] : [value]
  switch (op) {
    case 'exists':
      return `(${left}) is not null`
    case 'eq':
    case 'in':
      return equalsAny(bind, left, values)
    case 'ne':
    case 'not_in':
      return `not ifNull(${equalsAny(bind, left, values)}, 0)`
    case 'contains':
      return `position(assumeNotNull(${left}), ${bind.text(String(values[0]))}) > 0 and (${left}) is not null`
    default:
      return orderSql(bind, left, { gt: '>', gte: '>=', lt: '<', lte: '<=' }[op], values[0] ?? '')
  }
}

/** A number equals every way of writing it (5, 5.0); a text equals itself only. */
function equalsAny(bind: Bindings, left: string, values: readonly Scalar[]): string {
  const numbers = values.filter((value) => typeof value === 'number')
  const texts = values.filter((value) => typeof value !== 'number').map(String)
  const sides = [
    ...(texts.length > 0 ? [`ifNull(has(${bind.texts(texts)}, ${left}), 0)`] : []),
    ...numbers.map((value) => `ifNull(${decimalSql(left)} = ${decimalParameter(bind, value)}, 0)`),
  ]
  return `(${sides.join(' or ') || '0'})`
}

/** Numbers (also written as text) compare as numbers, other texts letter by letter, which orders ISO dates. */
function orderSql(bind: Bindings, left: string, sign: string, value: Scalar): string {
  const isNumber = typeof value === 'number' || /^-?\d{1,30}(\.\d{1,20})?$/.test(String(value))
  return isNumber
    ? `${decimalSql(left)} ${sign} ${decimalParameter(bind, Number(value) === value ? value : String(value))}`
    : `${left} ${sign} ${bind.text(String(value))}`
}

const decimalParameter = (bind: Bindings, value: number | string): string => `toDecimal256(${bind.text(new Big(value).toFixed())}, 20)`
