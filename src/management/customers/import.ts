import { sql } from 'kysely'
import { customerCreated } from '#management/events.ts'
import { type Identified, identifyMany } from '#management/identity/commands.ts'
import { withCorps } from '#management/identity/corp-scopes.ts'
import type { CustomerFacts, genders, Identity } from '#management/identity/schema.ts'
import { identityKey, normalPhone, storedIdentities } from '#management/identity/values.ts'
import { ensureTag, tagCustomers } from '#management/tags/commands.ts'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import type { Applied, ImportColumn, ImportKind, ImportRun, ImportSetup } from '#platform/imports/kind.ts'
import type { FileRow } from '#platform/imports/source.ts'

const column = (key: string, zh: string, en: string, aliases: string[]): ImportColumn => ({
  key,
  title: { zh, en },
  aliases: [zh, en, ...aliases],
})

const identityColumns = [
  { kind: 'unionid', ...column('unionid', 'unionid', 'unionid', ['买家unionid', '微信unionid']) },
  { kind: 'wecom_external_userid', ...column('external_userid', '外部联系人ID', 'external_userid', []) },
  { kind: 'openid', ...column('openid', 'openid', 'openid', []) },
  { kind: 'member_no', ...column('member_no', '会员号', 'Member no.', ['会员编号', '会员卡号', '客户编号', 'CustomerID', 'customer id']) },
  { kind: 'phone', ...column('phone', '手机号', 'Phone', ['手机', '手机号码', '电话', '联系电话', '客户手机号', 'mobile', 'tel']) },
  { kind: 'person', ...column('person', '用户ID', 'Person', ['user_id', 'distinct_id', 'person_id']) },
] as const

const factColumns = [
  column('name', '姓名', 'Name', ['客户姓名', '客户名称', '昵称', '客户昵称', '名称', 'nickname']),
  column('gender', '性别', 'Gender', ['sex']),
  column('company', '公司', 'Company', ['企业', '公司名称', '单位']),
  column('position', '职位', 'Position', ['职务', 'title']),
]

const tagColumn = column('tags', '标签', 'Tags', ['客户标签', 'tag'])

type Row = Identified & { tags: string[] }

/** Customers by any of their identities, with what is known about them and their tags. */
export const customersImport: ImportKind = {
  name: 'customers',
  title: { zh: '客户', en: 'Customers' },
  columns: [...identityColumns, ...factColumns, tagColumn],
  openPrefix: 'attribute.',
  prepare: async (ctx, setup) => {
    const readAttributes = await attributesReader(ctx, setup)
    return customersRun(setup, readAttributes)
  },
}

/** A list of phone numbers, with a name and tags where the list has them. */
export const phonesImport: ImportKind = {
  name: 'phones',
  title: { zh: '手机号名单', en: 'Phone numbers' },
  columns: [{ ...identityColumns[4], required: true }, ...factColumns.slice(0, 1), tagColumn],
  prepare: async (_ctx, setup) => customersRun(setup, () => ({})),
}

/** A tag a row: who, which tag, of which group. */
export const tagsImport: ImportKind = {
  name: 'tags',
  title: { zh: '客户标签', en: 'Tags of customers' },
  columns: [{ ...tagColumn, key: 'tag', required: true }, column('group', '标签组', 'Tag group', ['标签分组', '分组']), ...identityColumns],
  prepare: async (_ctx, setup): Promise<ImportRun<Row>> => {
    const readIdentities = identitiesReader(setup)
    const [tag, group] = [setup.text('tag', 60), setup.text('group', 60)]
    return {
      read: (row) => ({ identities: readIdentities(row), tags: [tagOf(group(row), required(tag(row), 'tag'))] }),
      apply: async (ctx, rows) => {
        const ids = await identifyMany(ctx, rows, 'import')
        const added = await tagAll(ctx, rows, ids)
        return { imported: added, updated: 0, unchanged: rows.length - added }
      },
    }
  },
}

function required(text: string, field: string): string {
  if (text === '') throw appError('cell.empty', { message: `The row has no ${field}.`, field })
  return text
}

function customersRun(setup: ImportSetup, readAttributes: (row: FileRow) => NonNullable<CustomerFacts['attributes']>): ImportRun<Row> {
  const readIdentities = identitiesReader(setup)
  const [name, gender, company, position] = ['name', 'gender', 'company', 'position'].map((key) => setup.text(key, 100))
  const tags = setup.text('tags', 1000)
  return {
    read: (row) => ({
      identities: readIdentities(row),
      facts: {
        ...said('name', name?.(row)),
        ...said('gender', readGender(gender?.(row) ?? '')),
        ...said('company', company?.(row)),
        ...said('position', position?.(row)),
        attributes: readAttributes(row),
      },
      tags: tags(row)
        .split(/[,，;；|、]/)
        .map((one) => one.trim())
        .filter(Boolean)
        .map((one) => tagOf('', one)),
    }),
    apply: applyCustomers,
  }
}

const said = <Key extends string, Value>(key: Key, value: Value | '' | undefined): { [K in Key]?: Value } =>
  value ? ({ [key]: value } as { [K in Key]: Value }) : {}

function readGender(text: string): (typeof genders)[number] | undefined {
  if (text === '' || /^(未知|unknown|0)$/i.test(text)) return undefined
  if (/^(男|male|m|1|先生)$/i.test(text)) return 'male'
  if (/^(女|female|f|2|女士)$/i.test(text)) return 'female'
  throw appError('gender.invalid', { message: `"${text.slice(0, 20)}" is neither 男 nor 女.`, field: 'gender' })
}

function identitiesReader(setup: ImportSetup): (row: FileRow) => Identity[] {
  const mapped = identityColumns
    .filter(({ key }) => setup.isMapped(key))
    .map(({ key, kind }) => ({ key, kind, read: setup.text(key, 200) }))
  if (mapped.length === 0)
    throw appError('import.column_missing', {
      message: `Say which column names the customer: ${identityColumns.map(({ key }) => key).join(', ')}.`,
      field: 'columns.phone',
    })
  return (row) => {
    const identities = mapped.flatMap(({ kind, read }): Identity[] => {
      const value = read(row)
      if (value !== '' && kind === 'phone') normalPhone(value)
      return value === '' ? [] : [{ kind, value }]
    })
    if (identities.length === 0)
      throw appError('customer.no_identity', {
        message: 'The row names nobody: every column with an identity is empty.',
        field: mapped[0]?.key,
      })
    return identities
  }
}

/** Only attributes that exist are read; a mapping that names another one is refused before the first row. */
async function attributesReader(ctx: Context, setup: ImportSetup): Promise<(row: FileRow) => NonNullable<CustomerFacts['attributes']>> {
  const keys = setup.keys.filter((key) => key.startsWith('attribute.'))
  const known = new Map(
    (keys.length === 0
      ? []
      : await ctx.db.selectFrom('attributes').select(['key', 'type', 'choices']).where('tenantId', '=', ctx.tenantId).execute()
    ).map((one) => [one.key, one]),
  )
  const readers = keys.map((key) => {
    const attribute = known.get(key.slice('attribute.'.length))
    if (!attribute)
      throw appError('import.column_unknown', {
        message: `There is no attribute "${key.slice('attribute.'.length)}".`,
        field: `columns.${key}`,
      })
    const [text, number, date] = [setup.text(key, 1000), setup.decimal(key), setup.date(key)]
    return {
      name: attribute.key,
      read: (row: FileRow): string | number | boolean | undefined => {
        const found = text(row)
        if (found === '') return undefined
        if (attribute.type === 'number') return number(row)?.toNumber()
        if (attribute.type === 'date') return date(row)?.toISOString().slice(0, 10)
        if (attribute.type === 'boolean') return /^(是|true|yes|1|y)$/i.test(found)
        if (attribute.type === 'choice' && !attribute.choices.includes(found))
          throw appError('attribute.not_a_choice', { message: `${attribute.key} is one of ${attribute.choices.join(', ')}.`, field: key })
        return found
      },
    }
  })
  return (row) =>
    Object.fromEntries(
      readers.flatMap(({ name, read }) => {
        const value = read(row)
        return value === undefined ? [] : [[name, value]]
      }),
    )
}

/** `组/标签`, or a tag of the group that imports fill. */
const tagOf = (group: string, tag: string): string => (group === '' && /^[^/]+\/[^/]+$/.test(tag) ? tag : `${group || '导入'}/${tag}`)

async function applyCustomers(ctx: Context, read: readonly Row[]): Promise<Applied> {
  const rows = await withCorps(ctx, read)
  const keys = rows.map(({ identities }) => storedIdentities(ctx, identities).map(identityKey))
  const known = await customersOf(ctx, rows)
  const before = await factsOf(ctx, [...new Set(known.values())])
  const told = ctx.pending?.length ?? 0
  const ids = await identifyMany(ctx, rows, 'import')
  const created = new Set(
    ctx.pending?.slice(told).flatMap(({ name, customerId }) => (name === customerCreated.name && customerId !== null ? [customerId] : [])),
  )
  const after = await factsOf(ctx, ids)
  const tagged = await tagAll(ctx, rows, ids, true)
  const counts = { imported: 0, updated: 0, unchanged: 0 }
  const counted = new Set<number>()
  ids.forEach((id, row) => {
    const isFirst = !counted.has(id)
    counted.add(id)
    const attached = keys[row]?.some((key) => !known.has(key)) ?? false
    if (created.has(id) && isFirst) counts.imported++
    else if (isFirst && (attached || before.get(id) !== after.get(id) || tagged.has(id))) counts.updated++
    else counts.unchanged++
  })
  return counts
}

/** Identity → the customer it named before. */
async function customersOf(ctx: Context, rows: readonly Row[]): Promise<Map<string, number>> {
  const all = rows.flatMap(({ identities }) => storedIdentities(ctx, identities))
  const { rows: found } = await sql<{ kind: string; scope: string; value: string; customerId: number }>`
    select i.kind, i.scope, i.value, i.customer_id
    from unnest(${all.map(({ kind }) => kind)}::text[], ${all.map(({ scope }) => scope)}::text[], ${all.map(({ value }) => value)}::text[]) as asked(kind, scope, value)
    join identities i on i.tenant_id = ${ctx.tenantId} and i.kind = asked.kind and i.value = asked.value and i.scope = asked.scope`.execute(
    ctx.db,
  )
  return new Map(found.map((row) => [identityKey(row), row.customerId]))
}

async function factsOf(ctx: Context, ids: readonly number[]): Promise<Map<number, string>> {
  const { rows } = await sql<{ customerId: number; said: string }>`
    select customer_id, jsonb_build_array(name, gender, kind, company, position, attributes)::text as said from customer_facts
    where tenant_id = ${ctx.tenantId} and customer_id = any(${ids}::int[])`.execute(ctx.db)
  return new Map(rows.map(({ customerId, said }) => [customerId, said]))
}

async function tagAll(ctx: Context, rows: readonly Row[], ids: readonly number[], each: true): Promise<Set<number>>
async function tagAll(ctx: Context, rows: readonly Row[], ids: readonly number[]): Promise<number>
async function tagAll(ctx: Context, rows: readonly Row[], ids: readonly number[], each?: true): Promise<number | Set<number>> {
  const byTag = new Map<string, Set<number>>()
  rows.forEach(({ tags }, row) => {
    for (const tag of tags) byTag.set(tag, (byTag.get(tag) ?? new Set()).add(ids[row] ?? 0))
  })
  let added = 0
  const changed = new Set<number>()
  for (const [path, customers] of byTag) {
    const slash = path.indexOf('/')
    const count = await tagCustomers(ctx, await ensureTag(ctx, path.slice(0, slash), path.slice(slash + 1)), [...customers], {
      source: 'import',
    })
    added += count
    // Which of them were new is not said; a chunk where any was counts those it names.
    if (count > 0) for (const id of customers) changed.add(id)
  }
  return each ? changed : added
}
