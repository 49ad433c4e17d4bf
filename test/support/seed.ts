import { sql } from 'kysely'
import { mirrorPersons } from '#management/customers/mirror.ts'
import { identifyMany } from '#management/identity/commands.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { createContext, type Installation, systemActor } from '#platform/context.ts'

export type Seeded = { employees: number[]; tags: number[]; channels: number[]; customers: number }

const families = '王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗'
const given = '伟芳娜敏静丽强磊洋艳勇军杰娟涛明超兰霞平刚桂英'

/**
 * A company of `n` customers with names, phones, follows, tags, channels, orders' totals and `events` behaviour events over
 * the last year. The same numbers give the same company. Takes about a minute for 100,000 with a million events.
 */
export async function seedCustomers(installation: Installation, tenantId: number, n: number, events = n * 10): Promise<Seeded> {
  const ctx = createContext(installation, tenantId, systemActor, 'seed')
  const { id: roleId } = await ctx.db
    .selectFrom('roles')
    .select('id')
    .where('tenantId', '=', tenantId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirstOrThrow()
  const people = await ctx.db
    .insertInto('employees')
    .values(Array.from({ length: 20 }, (_, i) => ({ tenantId, name: `员工${i + 1}`, roleId })))
    .returning('id')
    .execute()
  const channels = await ctx.db
    .insertInto('channels')
    .values(['抖音', '小红书', '门店', '公众号'].map((name) => ({ tenantId, name, kind: 'external', createdAt: ctx.now() })))
    .returning('id')
    .execute()
  const tags: number[] = []
  for (let i = 0; i < 20; i++) tags.push(await ensureTag(ctx, `标签组${Math.floor(i / 5) + 1}`, `标签${i + 1}`))
  const seeded = { employees: people.map(({ id }) => id), channels: channels.map(({ id }) => id), tags, customers: n }
  for (let start = 0; start < n; start += 2000) await seedSome(ctx, seeded, start, Math.min(start + 2000, n))
  await mirrorPersons(installation)
  await seedEvents(installation, tenantId, n, events)
  await installation.databases.systemPool.query('select refresh_statistics()')
  return seeded
}

async function seedSome(
  ctx: ReturnType<typeof createContext>,
  { employees, channels, tags }: Seeded,
  from: number,
  to: number,
): Promise<void> {
  const list = Array.from({ length: to - from }, (_, k) => {
    const i = from + k
    const name = `${families[i % 20]}${given[(i * 7) % 22]}${i % 3 ? given[(i * 13) % 22] : ''}`
    const phone = i % 2 ? [{ kind: 'phone' as const, value: `13${String(500_000_000 + i)}` }] : []
    return {
      identities: [{ kind: 'member_no' as const, value: `M${i}` }, ...phone],
      facts: { name, gender: i % 3 ? ('female' as const) : ('male' as const) },
    }
  })
  const ids = await identifyMany(ctx, list, 'seed')
  // Spread over the year before now by each customer's place, so that every order of a list is a real order.
  await sql`
    insert into follows (tenant_id, customer_id, employee_id, canonical_id, added_at, channel_id, state)
    select ${ctx.tenantId}, id, (${employees}::int[])[1 + place % 20], id, ${ctx.now()}::timestamptz - make_interval(mins => ((place * 7919) % 525600)::int), (${channels}::int[])[1 + place % 4], 'seed'
    from unnest(${ids}::int[]) with ordinality as n(id, k), lateral (select k + ${from} as place) p where place % 10 < 9`.execute(ctx.db)
  await sql`
    insert into customer_tags (tenant_id, customer_id, tag_id, canonical_id, source, tagged_at)
    select ${ctx.tenantId}, id, (${tags}::int[])[1 + (place * (t + 1) + t * 5) % 20], id, 'seed', ${ctx.now()}
    from unnest(${ids}::int[]) with ordinality as n(id, k), generate_series(0, 2) as t, lateral (select k + ${from} as place) p where place % (t + 1) = 0 on conflict do nothing`.execute(
    ctx.db,
  )
  await sql`
    insert into customer_totals (tenant_id, customer_id, currency, orders_count, paid_minor, first_paid_at, last_paid_at)
    select ${ctx.tenantId}, id, 'CNY', 1 + place % 7, 1990 * (1 + place % 97), ${ctx.now()}, ${ctx.now()}
    from unnest(${ids}::int[]) with ordinality as n(id, k), lateral (select k + ${from} as place) p where place % 4 = 0`.execute(ctx.db)
  await sql`update customers set active_at = ${ctx.now()}::timestamptz - make_interval(mins => ((id::bigint * 104729) % 200000)::int) where tenant_id = ${ctx.tenantId} and id = any(${ids}::int[]) and id % 3 > 0`.execute(
    ctx.db,
  )
  await sql`select refresh_customers(${ids}::int[])`.execute(ctx.db)
}

const seedEvents = (installation: Installation, tenant: number, n: number, events: number): Promise<void> =>
  installation.clickhouse.command(
    `insert into events (tenant, person, at, name, id, properties, received_at, load)
     with now64(3) - toIntervalSecond((number * 48271) % 31536000) as happened
     select {tenant:UInt32}, 1 + (number * 2654435761) % {n:UInt32}, happened,
       ['page.viewed', 'product.viewed', 'link.clicked', 'cart.added', 'page.shared'][1 + number % 5], generateUUIDv4(),
       map('path', concat('/p/', toString(number % 300)), 'seconds', toString(number % 120)), happened, 0
     from numbers({events:UInt64}) settings max_partitions_per_insert_block = 0`,
    { tenant, n, events },
  )
