import { sql } from 'kysely'
import { listAttributes } from '#management/customers/attributes.ts'
import type { Context } from '#platform/context.ts'
import type { EventDefinition } from '#platform/events/catalogue.ts'
import { may } from '#platform/http/router.ts'
import { type IdPrefix, publicId } from '#platform/ids.ts'
import { type OwnRow, ownMetric } from '../reports/metric/find.ts'
import { listPlanned } from '../tracking/plan-queries.ts'
import { type Entry, eventEntries, metricEntries, metricMeaning } from './lexicon.ts'
import type { Meaning, Named, Token } from './meanings.ts'
import { isNamed, isUnknown, plain } from './read.ts'
import type { Words } from './schema.ts'
import { chosenEntries, employeeEntries, toldEntries } from './whose.ts'

/** The company's own words: of its metrics, events, attributes, and of what it gave a name that stands in the question. */
export async function ownEntries(ctx: Context, question: string, definitions: readonly EventDefinition[]): Promise<Entry[]> {
  const [planned, metrics, { items: attributes }, employees, ...names] = await Promise.all([
    listPlanned(ctx),
    listOwnMetrics(ctx),
    listAttributes(ctx),
    employeeEntries(ctx, question),
    ...sources.map((source) => namesIn(ctx, question, source)),
  ])
  const titles = new Map<string, Words>([
    ...definitions.filter(({ logOnly }) => !logOnly).map(({ name, title }) => [name, title] as const),
    ...planned.map(({ name, title }) => [name, { zh: title || name, en: title || name }] as const),
  ])
  return [
    ...metricEntries(titles),
    ...eventEntries(titles),
    ...metrics.flatMap((row): Entry[] => [[row.name, metricMeaning(ownMetric(ctx, row))]]),
    ...attributes.flatMap(({ key, name }) => attributeEntries(key, name)),
    ...names.flat(),
    ...employees,
    ...chosenEntries(attributes),
  ]
}

/** Values of customers are looked for only where the other words leave something open, or a name may be a value as well. */
export async function entriesOfValues(ctx: Context, question: string, tokens: readonly Token[]): Promise<Entry[]> {
  const isOpen = (meaning: Meaning) => isNamed(meaning) && !(meaning.is === 'value' && meaning.property === 'gender')
  if (!tokens.some((token) => isUnknown(token) || token.means.some(isOpen))) return []
  return toldEntries(ctx, question, (await listAttributes(ctx)).items)
}

const listOwnMetrics = (ctx: Context): Promise<OwnRow[]> =>
  ctx.db.selectFrom('ownMetrics').select(['id', 'name', 'definition', 'ownerId']).where('tenantId', '=', ctx.tenantId).execute()

function attributeEntries(key: string, name: string): Entry[] {
  const meaning: Meaning = { is: 'dimension', dimension: `attribute:${key}`, as: { zh: `按「${name}」拆分`, en: `by “${name}”` } }
  return ['按', '各', '分', '不同', 'by ', 'per '].flatMap((before) => [name, key].map((word): Entry => [before + word, meaning]))
}

type Source = {
  of: Named
  permission: string
  prefix: IdPrefix | undefined
  zh: string
  en: string
  table: string
  also: string
  name: string
}

/** In the order in which a name that several of them have is read. */
const sources: readonly Source[] = [
  {
    of: 'segment',
    permission: 'segments.read',
    prefix: 'seg',
    zh: '人群',
    en: 'segment',
    table: 'segments',
    also: 'and archived_at is null',
    name: 'name',
  },
  { of: 'channel', permission: 'channels.read', prefix: 'cha', zh: '渠道', en: 'channel', table: 'channels', also: '', name: 'name' },
  { of: 'tag', permission: 'tags.read', prefix: 'tag', zh: '标签', en: 'tag', table: 'tags', also: '', name: 'name' },
  {
    of: 'group',
    permission: 'groups.read',
    prefix: 'grp',
    zh: '群',
    en: 'group',
    table: 'groups',
    also: 'and dismissed_at is null',
    name: 'name',
  },
  { of: 'product', permission: 'orders.read', prefix: undefined, zh: '商品', en: 'product', table: 'products', also: '', name: 'title' },
]

const most = 200

/** Names that stand in the question, of what the asker may see. */
async function namesIn(ctx: Context, question: string, { permission, table, also, name: column, ...source }: Source): Promise<Entry[]> {
  if (!may(ctx, permission)) return []
  const name = sql.ref(column)
  const id = source.of === 'product' ? sql.ref('code') : sql.ref('id')
  const { rows } = await sql<{ id: string; name: string }>`
    select ${id}::text as id, ${name} as name from ${sql.table(table)} where tenant_id = ${ctx.tenantId} ${sql.raw(also)}
      and ${name} <> '' and position(lower(normalize(${name}, nfkc)) in lower(${question})) > 0
    order by length(${name}) desc, id limit ${most}`.execute(ctx.db)
  return rows.flatMap((row) => namedEntries(ctx, source, row))
}

function namedEntries(
  ctx: Context,
  { of, prefix, zh, en }: Omit<Source, 'permission' | 'table' | 'also' | 'name'>,
  row: { id: string; name: string },
): Entry[] {
  const name = plain(row.name)
  const id = prefix === undefined ? row.id : publicId(ctx, prefix, Number(row.id))
  const meaning: Meaning = { is: 'name', of, id, name: row.name, as: { zh: `${zh}「${row.name}」`, en: `the ${en} “${row.name}”` } }
  const said = [`${name}${zh}`, `${zh}${name}`, `${zh}「${name}」`, `「${name}」${zh}`, `${en} ${name}`, `${name} ${en}`]
  // One letter alone says too little to be a name.
  return [...said, ...(name.length > 1 ? [name, `「${name}」`] : [])].map((word): Entry => [word, meaning])
}
