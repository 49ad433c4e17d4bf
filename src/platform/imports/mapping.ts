import Big from 'big.js'
import type { Context } from '../context.ts'
import { type AppError, appError } from '../errors.ts'
import { parseDecimal } from '../money.ts'
import { parseInstant } from './dates.ts'
import type { ImportKind, ImportSetup } from './kind.ts'
import { ImportMapping } from './schema.ts'
import type { FileRow, Source } from './source.ts'

export function parseMapping(given: unknown): ImportMapping {
  const parsed = ImportMapping.safeParse(given ?? {})
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const field = [...(issue?.path ?? []), ...(issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [])].join('.')
  throw appError('import.mapping_invalid', { message: `The mapping is not valid: ${issue?.message}`, ...(field ? { field } : {}) })
}

/** The row that names the columns: the one among the first that names most of what the kind knows. */
export type Table = { headers: readonly string[]; headerLine: number; sample: FileRow[] }

const headerWithin = 20

export async function findTable(source: Source, kind: ImportKind, mapping: ImportMapping): Promise<Table> {
  const first: FileRow[] = []
  for await (const rows of source.rows()) {
    first.push(...rows.slice(0, 60 - first.length))
    if (first.length >= 60) break
  }
  if (source.keys) return { headers: source.keys, headerLine: 0, sample: first }
  const known = mapping.columns
    ? new Set(Object.values(mapping.columns).map(plain))
    : new Set(kind.columns.flatMap(({ key, aliases }) => [key, ...aliases]).map(plain))
  const hits = first.slice(0, headerWithin).map(({ cells }) => cells.filter((cell) => known.has(plain(cell))).length)
  const at = Math.max(0, hits.indexOf(Math.max(...hits, 0)))
  const headers = first[at]?.cells.map((cell) => cell.trim()) ?? []
  return { headers, headerLine: first[at]?.line ?? 0, sample: first.slice(at + 1) }
}

/** Key → header, by what headers are known to mean. */
export function guessColumns(kind: ImportKind, headers: readonly string[]): Record<string, string> {
  const columns: Record<string, string> = {}
  const taken = new Set<string>()
  for (const { key, aliases } of kind.columns) {
    const names = [key, ...aliases].map(plain)
    const header = names.map((name) => headers.find((one) => !taken.has(one) && plain(one) === name)).find((one) => one !== undefined)
    if (header === undefined) continue
    columns[key] = header
    taken.add(header)
  }
  return columns
}

/** Headers are compared without case, spaces, width and units: `实付金额（元）` is 实付金额. */
const plain = (header: string): string =>
  header
    .normalize('NFKC')
    .toLowerCase()
    .replace(/\((元|yuan|rmb|cny|¥)\)/g, '')
    .replace(/[\s*_\-:：]/g, '')

/** Joins file, kind and mapping, or says up front what does not fit, naming the field. */
export function setUp(
  ctx: { timezone: string; currency: string },
  facts: { importId: number; dryRun: boolean; kind: ImportKind; mapping: ImportMapping; table: Table; source: Source },
): ImportSetup {
  const { kind, mapping, table, source } = facts
  const columns = mapping.columns ?? guessColumns(kind, table.headers)
  checkColumns(kind, columns, table.headers)
  checkGroup(kind, mapping, columns)
  const timezone = mapping.timezone ?? ctx.timezone
  const places = new Map(Object.entries(columns).map(([key, header]) => [key, placeOf(table.headers, header)]))
  const text = (key: string, most = 500) => readText(key, columns[key] ?? key, places.get(key), most, source.encoding)
  return {
    importId: facts.importId,
    dryRun: facts.dryRun,
    mapping,
    timezone,
    currency: mapping.currency ?? ctx.currency,
    isMapped: (key) => places.has(key),
    keys: [...places.keys()],
    text,
    decimal: (key) => remembered(text(key, 60), (found) => parseDecimal(found, key)),
    date: (key) =>
      remembered(text(key, 60), (found) =>
        parseInstant(found, { zone: timezone, format: mapping.dateFormat, alsoUsual: source.format === 'xlsx' }, key),
      ),
    isRefund: refundTest(mapping, table.headers),
  }
}

function checkColumns(kind: ImportKind, columns: Record<string, string>, headers: readonly string[]): void {
  for (const [key, header] of Object.entries(columns)) {
    if (!kind.columns.some((column) => column.key === key) && !(kind.openPrefix && key.startsWith(kind.openPrefix)))
      throw appError('import.column_unknown', {
        message: `${kind.name} have no column "${key}". They have: ${kind.columns.map((column) => column.key).join(', ')}.`,
        field: `columns.${key}`,
      })
    if (placeOf(headers, header) < 0)
      throw appError('import.header_missing', {
        message: `The file has no column "${header}". It has: ${headers.join(', ').slice(0, 500)}.`,
        field: `columns.${key}`,
      })
  }
  for (const { key, required } of kind.columns)
    if (required && columns[key] === undefined)
      throw appError('import.column_missing', {
        message: `Say which column of the file is ${key}. It has: ${headers.join(', ').slice(0, 500)}.`,
        field: `columns.${key}`,
      })
}

function checkGroup(kind: ImportKind, { group }: ImportMapping, columns: Record<string, string>): void {
  const [first] = kind.columns
  if (group === undefined || group === first?.key || group === columns[first?.key ?? '']) return
  throw appError('import.mapping_invalid', { message: `Rows of ${kind.name} are grouped by ${first?.key}.`, field: 'group' })
}

const placeOf = (headers: readonly string[], header: string): number => {
  const exact = headers.indexOf(header.trim())
  return exact >= 0 ? exact : headers.findIndex((one) => plain(one) === plain(header))
}

function refundTest(mapping: ImportMapping, headers: readonly string[]): (row: FileRow) => boolean {
  const { refundWhen } = mapping
  if (!refundWhen) return () => false
  const place = placeOf(headers, refundWhen.column)
  if (place < 0)
    throw appError('import.header_missing', { message: `The file has no column "${refundWhen.column}".`, field: 'refundWhen.column' })
  const { startsWith, equals } = refundWhen
  return ({ cells }) =>
    startsWith !== undefined ? (cells[place] ?? '').trim().startsWith(startsWith) : (cells[place] ?? '').trim() === equals
}

/** What a spreadsheet program would run: `=…` always, `+ - @` where a call or a command follows. */
const formula = /^(?:[=＝]|[+\-＋－]\S*\w[|!(]|[@＠][A-Za-z_.]+\()/u
const undecodable = /\uFFFD/
const suspicious = new Set([...'=＝+-＋－@＠'].map((sign) => sign.charCodeAt(0)))

function readText(key: string, header: string, place: number | undefined, most: number, encoding: string): (row: FileRow) => string {
  if (place === undefined) return () => ''
  const refuse = (code: string, message: string): AppError => appError(code, { message: `${header}: ${message}`, field: key })
  return ({ cells }) => {
    const text = (cells[place] ?? '').trim()
    if (text === '') return ''
    if (suspicious.has(text.charCodeAt(0)) && formula.test(text))
      throw refuse('cell.formula', 'Formulas are not read. Put the value into the cell.')
    if (text.length > most) throw refuse('text.too_long', `At most ${most} letters.`)
    if (text.includes('\0')) throw refuse('text.nul', 'Text may not contain NUL.')
    if (!text.isWellFormed()) throw refuse('text.lone_surrogate', 'Text holds half of a surrogate pair.')
    if (encoding !== 'utf-8' && undecodable.test(text)) throw refuse('text.not_decodable', `Bytes that are not ${encoding}.`)
    return text
  }
}

/** Files repeat their dates and prices: each distinct text is parsed once. */
function remembered<T extends Big | Date>(read: (row: FileRow) => string, parse: (text: string) => T): (row: FileRow) => T | undefined {
  let seen = new Map<string, T>()
  return (row) => {
    const text = read(row)
    if (text === '') return undefined
    let value = seen.get(text)
    if (value === undefined) {
      value = parse(text)
      if (seen.size >= 5000) seen = new Map()
      seen.set(text, value)
    }
    return value
  }
}

export const isNegative = (value: Big): boolean => value.lt(new Big(0))

/** Zone and currency that a mapping may leave out, and the language of what is said about rows. */
export const tenantDefaults = (ctx: Context): Promise<{ timezone: string; currency: string; language: string }> =>
  ctx.db.selectFrom('tenants').select(['timezone', 'currency', 'language']).where('id', '=', ctx.tenantId).executeTakeFirstOrThrow()
