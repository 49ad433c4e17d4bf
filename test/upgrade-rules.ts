import type { ClientBase } from 'pg'
import type { ClickHouse } from '#platform/clickhouse.ts'

// What a migration may do while the previous version runs on: it is told from the catalogs before and after, so that it does not
// matter by which words or loops a file came to it.

/** Everything by name that a running program relies on. */
export type PostgresShape = {
  tables: Map<string, string>
  columns: Map<string, Column>
  /** Unique, check, foreign key and exclusion constraints, and unique indexes; one made anew under its name is taken for a wider one. */
  rules: Map<string, Rule>
  functions: Map<string, { name: string; oid: string; body: string }>
  /** Triggers, policies, rights of our roles. */
  promises: Set<string>
}
type Column = { table: string; number: number; type: string; required: boolean; filled: boolean }
type Rule = { table: string; unique: boolean; columns: string[] }

export async function postgresShape(client: ClientBase): Promise<PostgresShape> {
  const rows = async <Row>(sql: string): Promise<Row[]> => (await client.query(sql)).rows as Row[]
  const tables = await rows<{ name: string; oid: string }>(
    "select relname as name, oid::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')",
  )
  const columns = await rows<Column & { name: string }>(
    `select c.relname as table, a.attname as name, a.attnum::int as number, format_type(a.atttypid, a.atttypmod) as type, a.attnotnull as required,
       a.atthasdef or a.attidentity <> '' or a.attgenerated <> '' as filled
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped`,
  )
  const rules = await rows<Rule & { name: string }>(
    `select c.relname as table, o.conname as name, o.contype in ('u', 'p') as unique,
       array(select attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum = any(o.conkey) order by attnum) as columns
     from pg_constraint o join pg_class c on c.oid = o.conrelid where c.relnamespace = 'public'::regnamespace and o.contype in ('c', 'u', 'p', 'f', 'x')
     union all
     select c.relname, i.indexrelid::regclass::text, true, array(select attname::text from pg_attribute a where a.attrelid = c.oid and a.attnum = any(i.indkey))
     from pg_index i join pg_class c on c.oid = i.indrelid
     where c.relnamespace = 'public'::regnamespace and i.indisunique and not exists (select from pg_constraint o where o.conindid = i.indexrelid)`,
  )
  const functions = await rows<{ signature: string; name: string; oid: string; body: string }>(
    "select oid::regprocedure::text as signature, proname as name, oid::text, prosrc as body from pg_proc where pronamespace = 'public'::regnamespace",
  )
  const promises = await rows<{ promise: string }>(
    `select format('trigger %s on %s', tgname, tgrelid::regclass) as promise from pg_trigger where not tgisinternal
     union all select format('policy %s on %s', polname, polrelid::regclass) from pg_policy
     union all select format('right of %s to %s %s', a.grantee::regrole, lower(a.privilege_type), c.relname) from pg_class c, aclexplode(c.relacl) a
       where c.relnamespace = 'public'::regnamespace and a.grantee::regrole::text like 'liuliang%'
     union all select format('right of %s to call %s', r.rolname, p.oid::regprocedure) from pg_proc p, pg_roles r
       where p.pronamespace = 'public'::regnamespace and r.rolname in ('liuliang_app', 'liuliang_system') and has_function_privilege(r.oid, p.oid, 'execute')`,
  )
  return {
    tables: new Map(tables.map(({ name, oid }) => [name, oid])),
    columns: new Map(columns.map(({ name, ...column }) => [`${column.table}.${name}`, column])),
    rules: new Map(rules.map(({ name, ...rule }) => [`${rule.table}: ${name}`, rule])),
    functions: new Map(functions.map(({ signature, ...one }) => [signature, one])),
    promises: new Set(promises.map(({ promise }) => promise)),
  }
}

/** What the previous version could not live with; `isCalled` knows its sources. */
export function postgresBreaks(before: PostgresShape, after: PostgresShape, isCalled: (functionName: string) => boolean): string[] {
  const goneFunctions = [...before.functions].filter(([signature, { oid }]) => after.functions.get(signature)?.oid !== oid)
  const gone = new Set(goneFunctions.map(([signature]) => signature))
  return [
    ...[...before.tables].flatMap(([name, oid]) =>
      after.tables.get(name) === oid ? [] : [`table ${name} is ${after.tables.has(name) ? 'made anew' : 'gone'}`],
    ),
    ...[...before.columns].flatMap(([name, column]) => columnBreaks(name, column, after.columns.get(name), after.tables.has(column.table))),
    ...[...after.columns]
      .filter(([name, { table, required, filled }]) => before.tables.has(table) && !before.columns.has(name) && required && !filled)
      .map(([name]) => `new column ${name} is not null and has no default`),
    ...[...before.rules]
      .filter(([name, { table, unique }]) => unique && after.tables.has(table) && !after.rules.has(name))
      .map(([name]) => `uniqueness ${name} is gone, "on conflict" may name it`),
    ...[...after.rules]
      .filter(([name, { table }]) => before.tables.has(table) && !before.rules.has(name))
      .filter(([, { table, columns }]) => columns.every((column) => before.columns.has(`${table}.${column}`)))
      .map(([name]) => `new rule ${name} may refuse what the previous version writes`),
    ...goneFunctions
      .filter(
        ([, { name }]) =>
          isCalled(name) ||
          [...before.functions].some(([caller, { body }]) => !gone.has(caller) && new RegExp(`\\b${name}\\s*\\(`).test(body)),
      )
      .map(([signature]) => `function ${signature} is gone and was called`),
    ...[...before.promises]
      .filter((promise) => !after.promises.has(promise) && !isOf(promise, before, after))
      .map((promise) => `${promise} is gone`),
  ]
}

function columnBreaks(name: string, old: Column, now: Column | undefined, tableStays: boolean): string[] {
  if (!tableStays) return []
  if (now?.number !== old.number) return [`column ${name} is ${now ? 'made anew' : 'gone'}`]
  return [
    ...(now.type === old.type ? [] : [`column ${name} changes its type from ${old.type} to ${now.type}`]),
    ...(now.required && !old.required ? [`column ${name} becomes not null`] : []),
    ...(old.filled && !now.filled && now.required ? [`column ${name} loses its default`] : []),
  ]
}

/** Rights, triggers and policies of what is gone itself have been told already, or nobody needed them. */
const isOf = (promise: string, before: PostgresShape, after: PostgresShape): boolean =>
  [...before.tables.keys()].some((table) => !after.tables.has(table) && promise.endsWith(` ${table}`)) ||
  [...before.functions.keys()].some((signature) => !after.functions.has(signature) && promise.endsWith(` ${signature}`))

export type ClickHouseShape = { tables: Map<string, string>; columns: Map<string, { table: string; type: string; computed: boolean }> }

export async function clickhouseShape(clickhouse: ClickHouse): Promise<ClickHouseShape> {
  const tables = await clickhouse.rows<{ name: string; uuid: string }>(
    "select name, toString(uuid) as uuid from system.tables where database = currentDatabase() and name not like '.inner%'",
  )
  const columns = await clickhouse.rows<{ table: string; name: string; type: string; computed: boolean }>(
    `select table, name, type, default_kind in ('MATERIALIZED', 'ALIAS') as computed
     from system.columns where database = currentDatabase() and table not like '.inner%'`,
  )
  return {
    tables: new Map(tables.map(({ name, uuid }) => [name, uuid])),
    columns: new Map(columns.map(({ name, ...column }) => [`${column.table}.${name}`, { ...column, computed: Boolean(column.computed) }])),
  }
}

/** A new column is always filled in ClickHouse, so only what is gone or means something else breaks anybody. */
export const clickhouseBreaks = (before: ClickHouseShape, after: ClickHouseShape): string[] => [
  ...[...before.tables].flatMap(([name, uuid]) =>
    after.tables.get(name) === uuid ? [] : [`table ${name} is ${after.tables.has(name) ? 'made anew' : 'gone'}`],
  ),
  ...[...before.columns].flatMap(([name, old]) => {
    if (!after.tables.has(old.table)) return []
    const now = after.columns.get(name)
    if (!now) return [`column ${name} is gone`]
    return [
      ...(now.type === old.type ? [] : [`column ${name} changes its type from ${old.type} to ${now.type}`]),
      ...(now.computed && !old.computed ? [`column ${name} can no longer be written`] : []),
    ]
  }),
]
