import fc from 'fast-check'
import { addContactWay } from '#connectors/wecom/contact-ways.ts'
import { ensureTag, tagCustomers, untagCustomers } from '#management/tags/commands.ts'
import { deleteTag, updateTag, updateTagGroup } from '#management/tags/editing.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { startSync } from '#management/wecom/sync.ts'
import type { Context } from '#platform/context.ts'
import { AppError } from '#platform/errors.ts'
import { type Corp, type House, Refused } from './wecom-world-house.ts'
import { calm, type Trouble, type Weather } from './wecom-world-line.ts'

/** What people do, by what it is called here; the numbers choose among whom and what there is when it comes to it. */
const people = {
  befriend: 5,
  scan: 5,
  ask: 2,
  confirm: 3,
  remark: 3,
  tagThere: 4,
  untagThere: 2,
  tagHere: 4,
  untagHere: 2,
  tagBothWays: 2,
  unfollow: 5,
  transfer: 2,
  leave: 1,
  inherit: 1,
  hire: 1,
  moveMember: 2,
  department: 2,
  dropDepartment: 1,
  newTag: 1,
  renameTagThere: 2,
  renameTagHere: 1,
  renameGroupOfTagsThere: 1,
  renameGroupOfTagsHere: 1,
  dropTagThere: 1,
  dropTagHere: 1,
  group: 2,
  invite: 3,
  joinByCode: 3,
  leaveGroup: 3,
  kick: 2,
  renameGroup: 2,
  noticeGroup: 1,
  ownGroup: 1,
  adminGroup: 1,
  dismissGroup: 1,
  meetOtherCorp: 2,
  /** What is no person's act. */
  weather: 6,
  revoke: 1,
  hours: 1,
  compare: 1,
  rest: 2,
} as const
type Kind = keyof typeof people

export type Act = { kind: Kind; a: number; b: number; c: number; words: string }
export type WorldPlan = {
  seed: number
  staff: number
  customers: number
  groups: number
  twoCorps: boolean
  byHand: boolean
  pageOf: number | undefined
  /** What the day begins with. */
  weather: Act
  acts: Act[]
}

/** Names as people have them, and as people who try things out have them. */
const words = fc.constantFrom('小满', '<b>粗</b>', 'a\u0007b', '😀家', '"\\', "'; drop table x", '  ', '𠮷野', '重要', 'VIP')

export const anyActs: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(...(Object.keys(people) as Kind[]).flatMap((kind) => Array.from({ length: people[kind] }, () => kind))),
  a: fc.nat({ max: 30 }),
  b: fc.nat({ max: 30 }),
  c: fc.nat({ max: 30 }),
  words,
})

/** `twoCorps`: whether there is a second company, which knows some of the same people. */
export const worldPlan = (mostActs: number, acts = anyActs, twoCorps: fc.Arbitrary<boolean> = fc.boolean()): fc.Arbitrary<WorldPlan> =>
  fc.record({
    seed: fc.nat(),
    staff: fc.integer({ min: 2, max: 5 }),
    customers: fc.integer({ min: 0, max: 8 }),
    groups: fc.nat({ max: 2 }),
    twoCorps,
    byHand: fc.boolean(),
    pageOf: fc.constantFrom(undefined, 1, 2, 3),
    weather:
      acts === anyActs
        ? anyActs.map((one) => ({ ...one, kind: 'weather' as const }))
        : fc.constant({ kind: 'rest' as const, a: 0, b: 0, c: 0, words: '' }),
    acts: fc.array(acts, { minLength: Math.floor(mostActs / 2), maxLength: mostActs, size: 'max' }),
  })

/** Acts alone, on a line that always works, without the one that WeCom tells nobody of. */
export const quietActs = anyActs.filter(({ kind }) => !['weather', 'revoke', 'compare', 'adminGroup'].includes(kind))

export type Lived = { ctx: Context; corps: Corp[]; done: string[]; refused: string[]; lost: number; compared: number }

let worlds = 0

/** Lives through a plan. Afterwards the sky is clear, and nobody has looked for what is missing yet. */
export async function live(house: House, plan: WorldPlan): Promise<Lived> {
  const { line } = house
  line.weather = calm
  line.pageOf = plan.pageOf
  line.seed(plan.seed)
  await house.control('PUT', '/settings', { habits: { confirm: plan.byHand ? 'manual' : 'auto' } })
  const name = `world ${++worlds}`
  const ctx = await house.newTenant(name)
  const corps: Corp[] = []
  for (let i = 0; i < (plan.twoCorps ? 2 : 1); i++) {
    const seed = `${plan.seed} ${worlds} ${i}`
    corps.push(
      await house.newCorp(ctx, { name: `${name} ${i}`, seed, employees: plan.staff, customers: plan.customers, groups: plan.groups }),
    )
  }
  for (const { corpId } of corps)
    for (const id of [2, 3]) await house.control('PUT', `/departments/${id}`, { corp: corpId, name: `部门${id}`, parentId: 1 })
  await house.settle(ctx)
  const lived: Lived = { ctx, corps, done: [], refused: [], lost: 0, compared: 0 }
  const stage = new Stage(house, lived, plan.weather.kind !== 'weather')
  for (const one of [plan.weather, ...plan.acts]) await play(stage, one)
  line.weather = calm
  await house.settle(ctx)
  lived.lost = line.lost()
  return lived
}

async function play(stage: Stage, one: Act): Promise<void> {
  const { lived } = stage
  try {
    const said = await acts[one.kind](stage, one)
    // People take their time: WeCom tells seconds apart and nothing smaller. On bad lines some act faster than that.
    if (stage.isSlow || one.a % 2 === 0) await stage.house.advance(1)
    lived.done.push(said === undefined ? `${one.kind} -` : `${one.kind} ${said}`)
  } catch (error) {
    // The phone does not let people do everything, and neither do we.
    if (!(error instanceof Refused) && !(error instanceof AppError && error.status < 500)) throw error
    lived.refused.push(`${one.kind}: ${error.message}`)
  }
}

const choose = <Item>(items: readonly Item[], number: number): Item | undefined => items[number % Math.max(1, items.length)]

/** Who and what there is at the moment, read from the sandbox's own tables. */
class Stage {
  readonly house: House
  readonly lived: Lived
  readonly ctx: Context
  readonly isSlow: boolean
  constructor(house: House, lived: Lived, isSlow: boolean) {
    this.isSlow = isSlow
    this.house = house
    this.lived = lived
    this.ctx = lived.ctx
  }
  rows<Row>(query: string, ...values: (string | number)[]): Row[] {
    return this.house.truth.all<Row>(query, ...values)
  }
  corp(number: number): Corp {
    return choose(this.lived.corps, number) as Corp
  }
  staff = ({ corpId }: Corp) =>
    this.rows<{ userid: string }>('select userid from employees where corp_id = ? and left_at is null order by userid', corpId).map(
      ({ userid }) => userid,
    )
  leavers = ({ corpId }: Corp) =>
    this.rows<{ userid: string }>('select userid from employees where corp_id = ? and left_at is not null order by userid', corpId).map(
      ({ userid }) => userid,
    )
  customers = ({ corpId }: Corp) =>
    this.rows<{ id: string }>('select external_userid as id from customers where corp_id = ? order by created_at, id', corpId).map(
      ({ id }) => id,
    )
  follows = ({ corpId }: Corp, where = 'true') =>
    this.rows<{ id: number; userId: string; externalUserId: string; member: number; customer: number }>(
      `select id, userid as userId, external_userid as externalUserId, member_side as member, customer_side as customer from follows
       where corp_id = ? and userid in (select userid from employees e where e.corp_id = follows.corp_id and left_at is null) and ${where} order by id`,
      corpId,
    )
  friends = (corp: Corp) => this.follows(corp, 'member_side = 1 and customer_side = 1 and request is null')
  tags = ({ corpId }: Corp) =>
    this.rows<{ id: string }>('select tag_id as id from tags where corp_id = ? and deleted = 0 order by created_at, tag_id', corpId)
  groupsOfTags = ({ corpId }: Corp) =>
    this.rows<{ id: string }>(
      'select group_id as id from tag_groups where corp_id = ? and deleted = 0 order by created_at, group_id',
      corpId,
    )
  groups = ({ corpId }: Corp) =>
    this.rows<{ chatId: string; owner: string; code: string }>(
      'select chat_id as chatId, owner, code from group_chats where corp_id = ? and dismissed_at is null order by id',
      corpId,
    )
  members = (chatId: string) =>
    this.rows<{ member: string }>('select member from group_members where chat_id = ? and left_at is null order by id', chatId).map(
      ({ member }) => member,
    )
  post = <T = Record<string, unknown>>(path: string, body: object = {}) => this.house.control<T>('POST', path, body)
  put = (path: string, body: object) => this.house.control('PUT', path, body)
  drop = (path: string) => this.house.control('DELETE', path)
  /** A customer as the product knows them. */
  async person(externalUserId: string): Promise<number | undefined> {
    const row = await this.ctx.db
      .selectFrom('identities')
      .select('customerId')
      .where('tenantId', '=', this.ctx.tenantId)
      .where('kind', '=', 'wecom_external_userid')
      .where('value', '=', externalUserId)
      .executeTakeFirst()
    return row?.customerId
  }
  tagsHere = () => this.ctx.db.selectFrom('tags').select(['id', 'name']).where('tenantId', '=', this.ctx.tenantId).orderBy('id').execute()
}

type Play = (stage: Stage, act: Act) => Promise<string | undefined>

const weathers: readonly ((a: number, b: number) => Weather)[] = [
  () => calm,
  (a) => ({ ...calm, callbacks: { ...calm.callbacks, lost: (a % 5) / 5 + 0.2 } }),
  (a) => ({ ...calm, callbacks: { ...calm.callbacks, lost: (a % 3) / 5 + 0.1, late: 0.5, twice: 0.3 } }),
  (a) => ({ ...calm, callbacks: { ...calm.callbacks, twice: 0.6, late: (a % 4) / 4 } }),
  (a) => ({ ...calm, callbacks: { ...calm.callbacks, deaf: (a % 3) / 4, forgetful: 0.5 } }),
  (a, b) => ({ ...calm, api: 0.2 + (a % 5) / 10, troubles: choose(troubles, b) ?? [] }),
  (a, b) => ({
    api: 0.1 + (a % 4) / 10,
    troubles: choose(troubles, b) ?? [],
    callbacks: { lost: (b % 3) / 10, twice: 0.3, late: 0.3, deaf: 0.1, forgetful: 0.2 },
  }),
]
const troubles: readonly (readonly Trouble[])[] = [
  ['refused', 'busy'],
  ['lost'],
  ['crowded', 'slow'],
  ['limited'],
  ['cursor', 'slow'],
  ['odd'],
  ['refused', 'lost', 'busy', 'crowded', 'cursor', 'slow', 'odd'],
]

const acts: Record<Kind, Play> = {
  async befriend(stage, { a, b, c, words }) {
    const corp = stage.corp(a)
    const userId = choose(stage.staff(corp), b)
    if (!userId) return
    const customer = c % 3 > 0 ? choose(stage.customers(corp), c) : undefined
    const { externalUserId } = await stage.post<{ externalUserId: string }>('/befriend', {
      corp: corp.corpId,
      userId,
      ...(customer ? { customer } : { name: words.trim() || '无名' }),
    })
    return `${userId} ${externalUserId}`
  },
  scan: (stage, act) => scan(stage, act, true),
  ask: (stage, act) => scan(stage, act, false),
  async confirm(stage, { a, b }) {
    const task = choose(stage.follows(stage.corp(a), 'request is not null'), b)
    if (!task) return
    await stage.post(`/tasks/friend-${task.id}/confirm`)
    return `${task.userId} ${task.externalUserId}`
  },
  async remark(stage, { a, b, c, words }) {
    const friend = choose(stage.friends(stage.corp(a)), b)
    if (!friend) return
    const { userId, externalUserId } = friend
    await stage.post('/remark', { userId, externalUserId, ...(c % 2 ? { remark: words } : { description: `${words}${c}` }) })
    return `${userId} ${externalUserId}`
  },
  tagThere: (stage, act) => markThere(stage, act, 'add'),
  untagThere: (stage, act) => markThere(stage, act, 'remove'),
  tagHere: (stage, act) => markHere(stage, act, true),
  untagHere: (stage, act) => markHere(stage, act, false),
  async tagBothWays(stage, act) {
    return (await Promise.all([markThere(stage, act, act.c % 2 ? 'add' : 'remove'), markHere(stage, act, act.c % 2 === 0)])).join(' and ')
  },
  async unfollow(stage, { a, b, c }) {
    const by = c % 2 ? 'customer' : 'employee'
    const friend = choose(stage.follows(stage.corp(a), by === 'customer' ? 'customer_side = 1' : 'member_side = 1'), b)
    if (!friend) return
    await stage.post('/unfollow', { userId: friend.userId, externalUserId: friend.externalUserId, by })
    return `${friend.userId} ${friend.externalUserId} ${by}`
  },
  async transfer(stage, { a, b, c }) {
    const corp = stage.corp(a)
    const friend = choose(stage.friends(corp), b)
    const known = stage.follows(corp).filter(({ externalUserId }) => externalUserId === friend?.externalUserId)
    // Somebody who is a friend already gets the other's tags too, and WeCom tells nobody of it: only the night finds them.
    const isOut = (userId: string) => userId === friend?.userId || (stage.isSlow && known.some((one) => one.userId === userId))
    const taker = choose(
      stage.staff(corp).filter((userId) => !isOut(userId)),
      c,
    )
    if (!friend || !taker) return
    await api(stage, corp, 'transfer_customer', {
      handover_userid: friend.userId,
      takeover_userid: taker,
      external_userid: [friend.externalUserId],
    })
    await stage.house.advance(86_401)
    // The sandbox hands over when somebody looks, as of when it was due: nobody shall act in between.
    await stage.house.control('GET', `/handovers/${friend.externalUserId}`)
    return `${friend.userId} ${taker} ${friend.externalUserId}`
  },
  async leave(stage, { a, b }) {
    const corp = stage.corp(a)
    const staff = stage.staff(corp)
    const userId = choose(staff, b)
    // Somebody has to be there for the rest of the story.
    if (!userId || staff.length < 2) return
    await stage.drop(`/employees/${userId}?corp=${corp.corpId}`)
    return userId
  },
  async inherit(stage, { a, b, c }) {
    const corp = stage.corp(a)
    const leaver = choose(stage.leavers(corp), b)
    const taker = choose(stage.staff(corp), c)
    if (!leaver || !taker) return
    const left = stage.rows<{ id: string }>(
      'select external_userid as id from follows where corp_id = ? and userid = ? and member_side = 1 and customer_side = 1 and request is null',
      corp.corpId,
      leaver,
    )
    if (left.length === 0) return
    await api(stage, corp, 'resigned/transfer_customer', {
      handover_userid: leaver,
      takeover_userid: taker,
      external_userid: left.map(({ id }) => id),
    })
    await stage.house.advance(86_401)
    await stage.house.control('GET', `/handovers/${left[0]?.id}`)
    return `${leaver} ${taker} ${left.length}`
  },
  async hire(stage, { a, b, words }) {
    const corp = stage.corp(a)
    const userId = `new${stage.lived.done.length}x${b}`
    await stage.post('/employees', { corp: corp.corpId, userId, name: words.trim() || '新人', departments: [1 + (b % 3)] })
    return userId
  },
  async moveMember(stage, { a, b, c, words }) {
    const corp = stage.corp(a)
    const userId = choose(stage.staff(corp), b)
    if (!userId) return
    const change = c % 3 ? { departments: [1 + (c % 3), ...(c % 2 ? [1] : [])] } : { name: words.trim() || '改名' }
    await stage.put(`/employees/${userId}`, { corp: corp.corpId, ...change })
    return userId
  },
  async department(stage, { a, b, c, words }) {
    const { corpId } = stage.corp(a)
    const id = 2 + (b % 5)
    // A department below itself is not possible, and the sandbox's page does not look so far.
    const parentId = id > 2 && c % 2 ? 2 : 1
    await stage.put(`/departments/${id}`, { corp: corpId, name: words.trim() || `部门${c}`, parentId })
    return `${id}`
  },
  async dropDepartment(stage, { a, b }) {
    const { corpId } = stage.corp(a)
    const id = 3 + (b % 4)
    await stage.drop(`/departments/${id}?corp=${corpId}`)
    return `${id}`
  },
  async newTag(stage, { a, b, words }) {
    const { corpId } = stage.corp(a)
    const name = words.trim() || '空'
    await stage.post('/tags', { corp: corpId, group: `组${b % 3}`, name })
    return name
  },
  renameTagThere: (stage, { a, b, words }) => rename(stage, stage.corp(a), choose(stage.tags(stage.corp(a)), b), words),
  renameGroupOfTagsThere: (stage, { a, b, words }) => rename(stage, stage.corp(a), choose(stage.groupsOfTags(stage.corp(a)), b), words),
  async renameTagHere(stage, { b, words }) {
    const tag = choose(await stage.tagsHere(), b)
    if (!tag || !words.trim()) return
    await updateTag(stage.ctx, tag.id, { name: `${words.trim()}${b}` })
    return `${tag.id}`
  },
  async renameGroupOfTagsHere(stage, { b, words }) {
    const groups = await stage.ctx.db
      .selectFrom('tagGroups')
      .select('id')
      .where('tenantId', '=', stage.ctx.tenantId)
      .orderBy('id')
      .execute()
    const group = choose(groups, b)
    if (!group || !words.trim()) return
    await updateTagGroup(stage.ctx, group.id, { name: `${words.trim()}${b}` })
    return `${group.id}`
  },
  async dropTagThere(stage, { a, b }) {
    const corp = stage.corp(a)
    const tag = choose(stage.tags(corp), b)
    if (!tag) return
    await stage.drop(`/tags/${tag.id}?corp=${corp.corpId}`)
    return tag.id
  },
  async dropTagHere(stage, { b }) {
    const tag = choose(await stage.tagsHere(), b)
    if (!tag) return
    await deleteTag(stage.ctx, tag.id)
    return `${tag.id}`
  },
  async group(stage, { a, b, c, words }) {
    const corp = stage.corp(a)
    const owner = choose(stage.staff(corp), b)
    if (!owner) return
    const friends = stage.friends(corp).filter(({ userId }) => userId === owner)
    const members = friends.slice(0, c % 4).map(({ externalUserId }) => externalUserId)
    await stage.post('/groups', { corp: corp.corpId, owner, members, ...(words.trim() && { name: words.trim() }) })
    return owner
  },
  async invite(stage, { a, b, c }) {
    const corp = stage.corp(a)
    const group = choose(stage.groups(corp), b)
    if (!group) return
    const known = stage.friends(corp).filter(({ userId }) => userId === group.owner)
    const members = [choose(known, c)?.externalUserId, choose(stage.staff(corp), c)].filter((one) => one !== undefined)
    if (members.length === 0) return
    await stage.post(`/groups/${group.chatId}/invite`, { by: group.owner, members, via: c % 2 ? 'link' : 'invitation' })
    return group.chatId
  },
  async joinByCode(stage, { a, b, c, words }) {
    const corp = stage.corp(a)
    const group = choose(stage.groups(corp), b)
    if (!group) return
    const customer = c % 2 ? choose(stage.customers(corp), c) : undefined
    await stage.post('/scan', { code: group.code, ...(customer ? { customer } : { name: words.trim() || '路人' }) })
    return group.chatId
  },
  async leaveGroup(stage, { a, b, c }) {
    const group = choose(stage.groups(stage.corp(a)), b)
    const member = group && choose(stage.members(group.chatId), c)
    if (!member) return
    await stage.post(`/groups/${group.chatId}/leave`, { member })
    return `${group.chatId} ${member}`
  },
  async kick(stage, { a, b, c }) {
    const group = choose(stage.groups(stage.corp(a)), b)
    const member = group && choose(stage.members(group.chatId), c)
    if (!member) return
    await stage.post(`/groups/${group.chatId}/remove`, { by: group.owner, members: [member] })
    return `${group.chatId} ${member}`
  },
  renameGroup: (stage, act) =>
    changeGroup(stage, act, (group, { words }) => (words.trim() ? { by: group.owner, name: words.trim() } : undefined)),
  noticeGroup: (stage, act) => changeGroup(stage, act, (group, { words }) => ({ by: group.owner, notice: words })),
  ownGroup: (stage, act) =>
    changeGroup(stage, act, (group, { c }) => {
      const owner = choose(
        stage.members(group.chatId).filter((member) => !/^w[mo].{30}$/.test(member)),
        c,
      )
      return owner ? { by: group.owner, owner } : undefined
    }),
  adminGroup: (stage, act) =>
    changeGroup(stage, act, (group, { c }) => {
      const admins = stage.members(group.chatId).filter((member) => !/^w[mo].{30}$/.test(member) && member !== group.owner)
      return { by: group.owner, admins: admins.slice(0, c % 3) }
    }),
  async dismissGroup(stage, { a, b }) {
    const group = choose(stage.groups(stage.corp(a)), b)
    if (!group) return
    await stage.drop(`/groups/${group.chatId}`)
    return group.chatId
  },
  /** The same person as another company knows them. */
  async meetOtherCorp(stage, { a, b, c }) {
    const [one, other] = [stage.corp(a), stage.corp(a + 1)]
    const customer = choose(stage.customers(one), b)
    const userId = choose(stage.staff(other), c)
    if (!customer || !userId || one === other) return
    await stage.post('/befriend', { corp: other.corpId, userId, customer })
    return `${customer} ${userId}`
  },
  async weather(stage, { a, b, c }) {
    stage.house.line.weather = choose(weathers, c)?.(a, b) ?? calm
    return JSON.stringify(stage.house.line.weather)
  },
  async revoke(stage) {
    await stage.post('/tokens/revoke')
    return ''
  },
  async hours(stage, { a }) {
    await stage.house.advance(a * 600)
    return `${a}`
  },
  async compare(stage, { a }) {
    stage.lived.compared++
    await startSync(stage.ctx, stage.corp(a).corp, 'asked')
    return ''
  },
  async rest(_stage, { a }) {
    await new Promise((resolve) => setTimeout(resolve, a * 8))
    return ''
  },
}

async function scan(stage: Stage, { a, b, c, words }: Act, skipVerify: boolean): Promise<string | undefined> {
  const corp = stage.corp(a)
  const userId = choose(stage.staff(corp), b)
  if (!userId) return
  const { configId } = await quietly(stage, async () =>
    addContactWay(await wecomApp(stage.ctx, corp.corp), { type: 1, scene: 2, user: [userId], skip_verify: skipVerify, state: `s${b}` }),
  )
  const customer = c % 2 ? choose(stage.customers(corp), c) : undefined
  const { externalUserId } = await stage.post<{ externalUserId: string }>('/scan', {
    code: configId,
    ...(customer ? { customer } : { name: words.trim() || '无名' }),
  })
  return `${userId} ${externalUserId}`
}

async function markThere(stage: Stage, { a, b, c }: Act, what: 'add' | 'remove'): Promise<string | undefined> {
  const corp = stage.corp(a)
  const friend = choose(stage.friends(corp), b)
  const tag = choose(stage.tags(corp), c)
  if (!friend || !tag) return
  const { userId, externalUserId } = friend
  await stage.post('/tag', { userId, externalUserId, [what]: [tag.id] })
  return `${userId} ${externalUserId} ${tag.id}`
}

async function markHere(stage: Stage, { a, b, c }: Act, isTagged: boolean): Promise<string | undefined> {
  const friend = choose(stage.friends(stage.corp(a)), b)
  const person = friend && (await stage.person(friend.externalUserId))
  if (person === undefined) return
  const known = await stage.tagsHere()
  const tag = c % 4 === 0 && isTagged ? await ensureTag(stage.ctx, '自有', `自有${c}`) : choose(known, c)?.id
  if (tag === undefined) return
  await (isTagged ? tagCustomers : untagCustomers)(stage.ctx, tag, [person], { source: 'manual' })
  return `${person} ${tag}`
}

async function rename(stage: Stage, { corpId }: Corp, what: { id: string } | undefined, words: string): Promise<string | undefined> {
  const name = `${words.trim()}${stage.lived.done.length % 7}`
  if (!what) return
  await stage.put(`/tags/${what.id}`, { corp: corpId, name })
  return `${what.id} ${name}`
}

type Chat = { chatId: string; owner: string }
async function changeGroup(stage: Stage, act: Act, change: (group: Chat, act: Act) => object | undefined): Promise<string | undefined> {
  const group = choose(stage.groups(stage.corp(act.a)), act.b)
  const changed = group && change(group, act)
  if (!changed) return
  await stage.put(`/groups/${group.chatId}`, changed)
  return `${group.chatId} ${JSON.stringify(changed)}`
}

/** Codes and handovers are not what is being tried here: they are ordered on a line that works. */
async function quietly<T>({ house: { line } }: Stage, work: () => Promise<T>): Promise<T> {
  const { weather } = line
  line.weather = { ...weather, api: 0 }
  try {
    return await work()
  } finally {
    line.weather = weather
  }
}

async function api(stage: Stage, corp: Corp, path: string, body: object): Promise<void> {
  const { house } = stage
  const sandbox = house.sandboxUrl
  const token = (await (await fetch(`${sandbox}/cgi-bin/gettoken?corpid=${corp.corpId}&corpsecret=${corp.contactSecret}`)).json()) as {
    access_token: string
  }
  const asked = await fetch(`${sandbox}/cgi-bin/externalcontact/${path}?access_token=${token.access_token}`, {
    method: 'POST',
    body: JSON.stringify(body),
  })
  const { errcode, errmsg } = (await asked.json()) as { errcode: number; errmsg: string }
  if (errcode !== 0) throw new Refused(`${path}: ${errmsg}`)
}
