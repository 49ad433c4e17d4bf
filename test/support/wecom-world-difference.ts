import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import type { Corp, House } from './wecom-world-house.ts'

// What stands in the sandbox's tables against what stands in ours, fact by fact and with nothing of the product's own code in between.

type Facts = Map<string, string>

/** Every fact that one side has and the other has not, or has otherwise. */
export async function differences(house: House, ctx: Context, corps: readonly Corp[]): Promise<string[]> {
  const found: string[] = []
  for (const corp of corps) {
    found.push(
      ...compare('department', departmentsThere(house, corp), await departmentsHere(ctx, corp)),
      ...compare('employee', employeesThere(house, corp), await employeesHere(ctx, corp)),
      ...(await friendshipsDiffer(house, ctx, corp)),
      ...compare('tag', tagsThere(house, corp), await tagsHere(ctx, corp)),
      ...compare('group', groupsThere(house, corp), await groupsHere(ctx, corp)),
    )
  }
  found.push(...(await taggingsDiffer(house, ctx, corps)), ...(await followsDiffer(ctx)))
  return found.sort()
}

function compare(what: string, there: Facts, here: Facts): string[] {
  return [
    ...[...there].flatMap(([key, fact]) => {
      const mine = here.get(key)
      if (mine === undefined) return [`${what} ${key} is missing here: ${fact}`]
      return mine === fact ? [] : [`${what} ${key} is ${mine} here and ${fact} there`]
    }),
    ...[...here].flatMap(([key, fact]) => (there.has(key) ? [] : [`${what} ${key} is not there: ${fact}`])),
  ]
}

const rowsThere = <Row>({ truth }: House, query: string, ...values: (string | number)[]): Row[] => truth.all<Row>(query, ...values)

const facts = <Row>(rows: readonly Row[], keyOf: (row: Row) => string, factOf: (row: Row) => unknown): Facts =>
  new Map(rows.map((row) => [keyOf(row), JSON.stringify(factOf(row))]))

type Department = { id: number; name: string; parent: number }
const departmentsThere = (house: House, { corpId }: Corp): Facts =>
  facts(
    rowsThere<Department>(house, 'select id, name, parentid as parent from departments where corp_id = ?', corpId),
    ({ id }) => String(id),
    ({ name, parent }) => [name, parent],
  )

async function departmentsHere(ctx: Context, { corp }: Corp): Promise<Facts> {
  const { rows } = await sql<Department>`
    select d.wecom_id as id, d.name, coalesce(p.wecom_id, 0) as parent from departments d left join departments p on p.tenant_id = d.tenant_id and p.id = d.parent_id
    where d.tenant_id = ${ctx.tenantId} and d.corp_id = ${corp} and d.wecom_id is not null`.execute(ctx.db)
  return facts(
    rows,
    ({ id }) => String(id),
    ({ name, parent }) => [name, Number(parent)],
  )
}

const sorted = (values: readonly (number | string)[]) => values.map(String).sort()

const employeesThere = (house: House, { corpId }: Corp): Facts =>
  facts(
    rowsThere<{ userid: string; name: string; departments: string }>(
      house,
      'select userid, name, departments from employees where corp_id = ? and left_at is null',
      corpId,
    ),
    ({ userid }) => userid,
    ({ name, departments }) => [name, sorted(JSON.parse(departments))],
  )

async function employeesHere(ctx: Context, { corp }: Corp): Promise<Facts> {
  const { rows } = await sql<{ userId: string; name: string; departments: (string | number)[] }>`
    select a.user_id, e.name, array(select d.wecom_id from employee_departments x join departments d on d.tenant_id = x.tenant_id and d.id = x.department_id
      where x.tenant_id = e.tenant_id and x.employee_id = e.id and d.corp_id = a.corp_id) as departments
    from employee_accounts a join employees e on e.tenant_id = a.tenant_id and e.id = a.employee_id
    where a.tenant_id = ${ctx.tenantId} and a.corp_id = ${corp} and a.left_at is null`.execute(ctx.db)
  return facts(
    rows,
    ({ userId }) => userId,
    ({ name, departments }) => [name, sorted(departments)],
  )
}

type Friend = {
  external: string
  member: string
  remark: string
  description: string
  hasMember: number
  hasLeft: number
}

/** Shown by the API: the member has the customer and nothing waits to be confirmed. */
export const friendsThere = (house: House, corpId: string): Friend[] =>
  rowsThere<Friend>(
    house,
    `select f.external_userid as external, f.userid as member, f.remark, f.description, f.customer_side as hasMember, e.left_at is not null as hasLeft
     from follows f join employees e using (corp_id, userid) where f.corp_id = ? and f.member_side = 1 and f.request is null`,
    corpId,
  )

const pairOf = ({ external, member }: { external: string; member: string }) => `${external} ${member}`

const leaversThere = (house: House, corpId: string): Set<string> =>
  new Set(
    rowsThere<{ member: string }>(house, 'select userid as member from employees where corp_id = ? and left_at is not null', corpId).map(
      ({ member }) => member,
    ),
  )

/** Friendships with remarks and with the corp tags on them. */
async function friendshipsDiffer(house: House, ctx: Context, { corpId, corp }: Corp): Promise<string[]> {
  const tags = Map.groupBy(
    rowsThere<{ external: string; member: string; tag: string }>(
      house,
      `select f.external_userid as external, f.userid as member, t.tag_id as tag from follow_tags t join follows f on f.id = t.follow_id
       join tags using (tag_id) where f.corp_id = ? and tags.deleted = 0`,
      corpId,
    ),
    pairOf,
  )
  const friends = friendsThere(house, corpId)
  const there = facts(friends, pairOf, (one) => [one.remark, one.description, sorted((tags.get(pairOf(one)) ?? []).map(({ tag }) => tag))])
  const { rows } = await sql<{
    external: string
    member: string
    live: boolean
    half: boolean
    endedBy: string | null
    remark: string | null
    description: string | null
    tagIds: string[]
  }>`
    select w.external_userid as external, w.user_id as member, w.live, w.half, f.ended_by, w.remark, w.description, w.tag_ids from wecom_follows w
    left join follows f on f.tenant_id = w.tenant_id and f.customer_id = w.customer_id and f.employee_id = w.employee_id
    where w.tenant_id = ${ctx.tenantId} and w.corp = ${corp}`.execute(ctx.db)
  const live = rows.filter((row) => row.live && !row.half)
  const here = facts(live, pairOf, (one) => [one.remark ?? '', one.description ?? '', sorted(one.tagIds)])
  // The first rule of what WeCom cannot show: who has left is shown with nobody. Their friends wait to be inherited, and the
  // API tells so in a list of its own only; what was known of them stays as it was, or counts as over.
  const leavers = leaversThere(house, corpId)
  for (const facts of [there, here]) for (const pair of facts.keys()) if (leavers.has(pair.split(' ')[1] ?? '')) facts.delete(pair)
  // The second rule: when the customer deletes the member, the API goes on showing the member's side as it
  // was. With the callback the friendship is over here, without it it lasts; both are right, and its details are nobody's news.
  for (const one of friends.filter(({ hasMember, hasLeft }) => !hasMember && !hasLeft)) {
    const mine = rows.find((row) => pairOf(row) === pairOf(one))
    if (!mine || mine.live || mine.endedBy === 'customer') {
      there.delete(pairOf(one))
      if (mine?.live) here.delete(pairOf(one))
      if (!mine) return [`friendship ${pairOf(one)} was never heard of`]
    }
  }
  return compare('friendship', there, here)
}

/** What the pages show is what the connector knows. */
async function followsDiffer(ctx: Context): Promise<string[]> {
  const { rows } = await sql<{ who: string; said: string }>`
    select w.external_userid || ' ' || w.user_id as who, concat_ws(' ', w.live, f.ended_at, w.remark, f.remark, w.description, f.description) as said from wecom_follows w
    left join follows f on f.tenant_id = w.tenant_id and f.customer_id = w.customer_id and f.employee_id = w.employee_id
    where w.tenant_id = ${ctx.tenantId} and (w.live <> coalesce(f.added_at is not null and f.ended_at is null, false)
      or (w.live and (coalesce(w.remark, '') <> coalesce(f.remark, '') or coalesce(w.description, '') <> coalesce(f.description, ''))))`.execute(
    ctx.db,
  )
  const stale = await sql<{ who: string }>`
    select f.customer_id || ' ' || a.user_id as who from follows f join employee_accounts a on a.tenant_id = f.tenant_id and a.employee_id = f.employee_id
    where f.tenant_id = ${ctx.tenantId} and f.added_at is not null and f.ended_at is null and not exists (
      select from wecom_follows w where w.tenant_id = f.tenant_id and w.customer_id = f.customer_id and w.employee_id = f.employee_id and w.live)`.execute(
    ctx.db,
  )
  return [
    ...rows.map(({ who, said }) => `the follow of ${who} is otherwise than WeCom showed it: ${said}`),
    ...stale.rows.map(({ who }) => `the follow of ${who} goes on without a friendship`),
  ]
}

const tagsThere = (house: House, { corpId }: Corp): Facts =>
  facts(
    rowsThere<{ id: string; name: string; home: string }>(
      house,
      `select t.tag_id as id, t.name, g.name as home from tags t join tag_groups g using (corp_id, group_id) where t.corp_id = ? and t.deleted = 0 and g.deleted = 0`,
      corpId,
    ),
    ({ id }) => id,
    ({ name, home }) => [home, name],
  )

async function tagsHere(ctx: Context, { corp }: Corp): Promise<Facts> {
  const { rows } = await sql<{ id: string; name: string; home: string }>`
    select w.tag_id as id, t.name, g.name as home from wecom_tags w join tags t on t.tenant_id = w.tenant_id and t.id = w.local_tag_id
    join tag_groups g on g.tenant_id = t.tenant_id and g.id = t.group_id where w.tenant_id = ${ctx.tenantId} and w.corp = ${corp}`.execute(
    ctx.db,
  )
  return facts(
    rows,
    ({ id }) => id,
    ({ name, home }) => [home, name],
  )
}

/**
 * A person has here the tags that any of their friendships shows. One more thing may be: a tag stays with the person when the
 * friendship that showed it is over, because that is what is known about them. And whoever has only friends who left the company
 * has nobody on whom WeCom would show a tag that is given here.
 */
async function taggingsDiffer(house: House, ctx: Context, corps: readonly Corp[]): Promise<string[]> {
  const found: string[] = []
  const { rows } = await sql<{ person: number; external: string; corp: number; tags: number[]; over: boolean }>`
    select c.canonical_id as person, i.value as external, w.id as corp,
      array(select distinct t.tag_id from customer_tags t where t.tenant_id = c.tenant_id and t.canonical_id = c.canonical_id) as tags,
      exists (select from customers o join wecom_follows f on f.tenant_id = o.tenant_id and f.customer_id = o.id and f.history @> '[{"what":"ended"}]'
        where o.tenant_id = c.tenant_id and o.canonical_id = c.canonical_id) as over
    from identities i join customers c on c.tenant_id = i.tenant_id and c.id = i.customer_id
    join wecom_corps w on w.tenant_id = i.tenant_id and w.corp_id = i.scope
    where i.tenant_id = ${ctx.tenantId} and i.kind = 'wecom_external_userid'`.execute(ctx.db)
  const mapped = await sql<{ corp: number; tag: string; local: number }>`
    select corp, tag_id as tag, local_tag_id as local from wecom_tags where tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  const localOf = new Map(mapped.rows.map(({ corp, tag, local }) => [`${corp} ${tag}`, local]))
  const shown = new Map<number, Set<number>>()
  const lasting = new Map<number, Set<number>>()
  const befriended = new Set<number>()
  for (const { corpId, corp } of corps) {
    const persons = new Map(rows.filter((row) => row.corp === corp).map(({ external, person }) => [external, person]))
    for (const { external, hasLeft } of friendsThere(house, corpId)) if (!hasLeft) befriended.add(persons.get(external) ?? 0)
    for (const { external, tag, lasts } of rowsThere<{ external: string; tag: string; lasts: number }>(
      house,
      `select distinct f.external_userid as external, t.tag_id as tag, f.customer_side and e.left_at is null as lasts from follow_tags t join follows f on f.id = t.follow_id
       join tags using (tag_id) join employees e on e.corp_id = f.corp_id and e.userid = f.userid
       where f.corp_id = ? and f.member_side = 1 and f.request is null and tags.deleted = 0`,
      corpId,
    )) {
      const [person, local] = [persons.get(external) ?? 0, localOf.get(`${corp} ${tag}`) ?? 0]
      shown.set(person, (shown.get(person) ?? new Set()).add(local))
      // Once the customer is gone the API shows what is over here: see the rule of friendships.
      if (lasts) lasting.set(person, (lasting.get(person) ?? new Set()).add(local))
    }
  }
  for (const person of new Set(rows.map(({ person }) => person))) {
    const mine = rows.filter((row) => row.person === person)
    const tags = new Set(mine.flatMap((row) => row.tags))
    const there = shown.get(person) ?? new Set()
    const name = mine.map(({ external }) => external).join(' = ')
    found.push(...[...(lasting.get(person) ?? [])].filter((tag) => !tags.has(tag)).map((tag) => `person ${name} lacks the tag ${tag}`))
    if (befriended.has(person) && !mine.some(({ over }) => over))
      found.push(...[...tags].filter((tag) => !there.has(tag)).map((tag) => `person ${name} has the tag ${tag}, which nothing shows there`))
  }
  return found
}

type Chat = { id: string; name: string; owner: string; notice: string; admins: string; members: string }

const groupsThere = (house: House, { corpId }: Corp): Facts =>
  facts(
    rowsThere<Chat>(
      house,
      `select chat_id as id, name, owner, notice, admins,
         (select json_group_array(member || ' ' || type) from group_members m where m.chat_id = g.chat_id and m.left_at is null) as members
       from group_chats g where corp_id = ? and dismissed_at is null`,
      corpId,
    ),
    ({ id }) => id,
    ({ name, owner, notice, admins, members }) => [name, owner, notice, sorted(JSON.parse(admins)), sorted(JSON.parse(members))],
  )

async function groupsHere(ctx: Context, { corp }: Corp): Promise<Facts> {
  const { rows } = await sql<Omit<Chat, 'admins' | 'members'> & { admins: string[]; members: string[] }>`
    select chat_id as id, name, owner_userid as owner, notice, admins,
      array(select member || ' ' || case kind when 'customer' then 2 else 1 end from group_members m where m.tenant_id = g.tenant_id and m.group_id = g.id and m.left_at is null) as members
    from groups g where tenant_id = ${ctx.tenantId} and corp = ${corp} and dismissed_at is null`.execute(ctx.db)
  return facts(
    rows,
    ({ id }) => id,
    ({ name, owner, notice, admins, members }) => [name, owner, notice, sorted(admins), sorted(members)],
  )
}

/** What is wrong with the history: something told twice, in an impossible order, left lying, or sent twice. */
export async function faultsOfHistory(house: House, ctx: Context, corps: readonly Corp[]): Promise<string[]> {
  const told = await sql<{ name: string; pair: string; at: Date }>`
    select e.name, c.canonical_id || ' ' || (e.properties->>'employee') as pair, e.at from event_log e join customers c on c.tenant_id = e.tenant_id and c.id = e.customer_id
    where e.tenant_id = ${ctx.tenantId} and e.name in ('customer.followed', 'customer.unfollowed') order by e.at, e.name`.execute(ctx.db)
  const found: string[] = []
  for (const [pair, events] of Map.groupBy(told.rows, ({ pair }) => pair)) {
    const story = events.map(({ name, at }) => `${name} ${at.toISOString()}`)
    if (new Set(story).size < story.length) found.push(`${pair}: the same twice: ${story.join(', ')}`)
    const begun = events.filter(({ name }) => name === 'customer.followed').length
    if (Math.abs(2 * begun - events.length) > 1) found.push(`${pair}: ${begun} of ${events.length} are beginnings: ${story.join(', ')}`)
  }
  const dead = await ctx.db
    .selectFrom('wecomInbox')
    .select(['type', 'errorMessage'])
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'dead')
    .execute()
  found.push(...dead.map(({ type, errorMessage }) => `dead letter ${type}: ${errorMessage}`))
  const buried = await ctx.db.selectFrom('deadLetters').select(['consumer', 'errorMessage']).where('tenantId', '=', ctx.tenantId).execute()
  found.push(...buried.map(({ consumer, errorMessage }) => `buried by ${consumer}: ${errorMessage}`))
  const failed = await ctx.db
    .selectFrom('jobs')
    .select(['name', 'error'])
    .where('tenantId', '=', ctx.tenantId)
    .where('state', '=', 'failed')
    .execute()
  found.push(...failed.map(({ name, error }) => `failed job ${name}: ${JSON.stringify(error)}`))
  return [...found, ...(await doubleWelcomes(house, ctx, corps))]
}

/** Greetings on the phone: never more than there were beginnings, whatever was answered to us. */
async function doubleWelcomes(house: House, ctx: Context, corps: readonly Corp[]): Promise<string[]> {
  const intents = await ctx.db.selectFrom('wecomWelcomes').select(['welcomeCode', 'status']).where('tenantId', '=', ctx.tenantId).execute()
  const codes = intents.map(({ welcomeCode }) => welcomeCode)
  const twice = codes.filter((code, i) => codes.indexOf(code) < i).map((code) => `two intents for the welcome code ${code}`)
  const greeted = corps.flatMap(({ corpId }) =>
    rowsThere<{ pair: string; n: number; begun: number }>(
      house,
      `select external_userid || ' ' || userid as pair, count(*) as n,
         (select count(*) from callbacks c where c.corp_id = m.corp_id and c.name in ('change_external_contact.add_half_external_contact', 'change_external_contact.add_external_contact')
           and c.xml like '%' || m.external_userid || '%' and c.xml like '%[' || m.userid || ']%') as begun
       from messages m where corp_id = ? and source = 'welcome' group by corp_id, external_userid, userid having n > begun`,
      corpId,
    ),
  )
  return [...twice, ...greeted.map(({ pair, n, begun }) => `${pair} was greeted ${n} times for ${begun} beginnings`)]
}

/** Of every friendship that nothing was lost of: how often it began and ended there, and how often that was told here. */
export async function storiesDiffer(house: House, ctx: Context, corps: readonly Corp[]): Promise<string[]> {
  const found: string[] = []
  const { rows } = await sql<{ pair: string; begun: number; ended: number }>`
    select w.external_userid || ' ' || w.user_id as pair,
      (select count(*)::int from event_log e join customers c on c.tenant_id = e.tenant_id and c.id = e.customer_id join customers me on me.tenant_id = e.tenant_id and me.id = w.customer_id
        where e.tenant_id = w.tenant_id and e.name = 'customer.followed' and c.canonical_id = me.canonical_id and (e.properties->>'employee')::int = w.employee_id) as begun,
      (select count(*)::int from event_log e join customers c on c.tenant_id = e.tenant_id and c.id = e.customer_id join customers me on me.tenant_id = e.tenant_id and me.id = w.customer_id
        where e.tenant_id = w.tenant_id and e.name = 'customer.unfollowed' and c.canonical_id = me.canonical_id and (e.properties->>'employee')::int = w.employee_id) as ended
    from wecom_follows w where w.tenant_id = ${ctx.tenantId}`.execute(ctx.db)
  const here = new Map(rows.map((row) => [row.pair, row]))
  for (const { corpId } of corps) {
    const leavers = leaversThere(house, corpId)
    const said = rowsThere<{ name: string; xml: string }>(
      house,
      `select name, xml from callbacks where corp_id = ? and name like 'change_external_contact.%' order by id`,
      corpId,
    )
    for (const [pair, story] of Map.groupBy(said, ({ xml }) => `${inside(xml, 'ExternalUserID')} ${inside(xml, 'UserID')}`)) {
      // See the first rule of friendships.
      if (leavers.has(pair.split(' ')[1] ?? '')) continue
      const was = lifeOf(story.map(({ name }) => name.split('.')[1] ?? ''))
      const is = here.get(pair) ?? { begun: 0, ended: 0 }
      // Whoever was a friend before we were there has a beginning of their own that no callback told.
      const before = is.begun - was.begun === 1 && was.hadBegun ? 1 : 0
      if (is.begun - before !== was.begun || is.ended !== was.ended)
        found.push(`${pair} began ${was.begun} times and ended ${was.ended} times there; told here ${is.begun - before} and ${is.ended}`)
    }
  }
  return found
}

const inside = (xml: string, name: string): string => new RegExp(`<${name}><!\\[CDATA\\[(.*?)\\]\\]>`).exec(xml)?.[1] ?? ''

function lifeOf(changes: readonly string[]): { begun: number; ended: number; hadBegun: boolean } {
  let live: boolean | undefined
  let hadBegun = false
  const told = { begun: 0, ended: 0 }
  for (const change of changes) {
    const begins = change === 'add_external_contact' || change === 'add_half_external_contact'
    const ends = change === 'del_external_contact' || change === 'del_follow_user'
    if (live === undefined && (ends || change === 'edit_external_contact')) hadBegun = true
    if (begins && live !== true) told.begun++
    if (ends && live !== false) told.ended++
    if (begins || ends) live = begins
  }
  return { ...told, hadBegun }
}
