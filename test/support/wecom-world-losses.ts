import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '#platform/random.ts'
import { differences } from './wecom-world-difference.ts'
import { type Corp, type House, Refused, type Tenant } from './wecom-world-house.ts'
import { calm } from './wecom-world-line.ts'

export type Losses = {
  acts: number
  lost: number
  /** What was otherwise here than there before anybody compared, counted without the product's help. */
  before: string[]
  after: string[]
  repairs: { kind: string; externalUserid: string | null; userId: string | null; details: unknown }[]
  audited: { repaired?: number }[]
  secondNight: number
}

/** A company lives through so many acts while of every callback a tenth is lost; then it is night. */
export async function liveWithLosses(
  house: House,
  ctx: Tenant,
  corp: Corp,
  { acts, share, random }: { acts: number; share: number; random: Random },
): Promise<Losses> {
  house.line.seed(random.below(2 ** 31))
  house.line.weather = { ...calm, callbacks: { ...calm.callbacks, lost: share } }
  for (let done = 0; done < acts; ) {
    try {
      await act(house, corp, random, done)
      done++
    } catch (error) {
      if (!(error instanceof Refused)) throw error
    }
    // The receiver keeps pace, as it has to in life.
    if (done % 100 === 0) await sleep(1)
  }
  await house.settle(ctx, 180_000)
  const lost = house.line.lost()
  house.line.weather = calm
  const before = await differences(house, ctx, [corp])
  const told = await repairsOf(ctx)
  await house.compare(ctx, corp.corp)
  const repairs = (await repairsOf(ctx)).slice(told.length)
  const after = await differences(house, ctx, [corp])
  await house.compare(ctx, corp.corp)
  const secondNight = (await repairsOf(ctx)).length - told.length - repairs.length
  const audited = await ctx.db
    .selectFrom('auditLog')
    .select('details')
    .where('tenantId', '=', ctx.tenantId)
    .where('action', '=', 'corp.reconciled')
    .orderBy('at')
    .execute()
  return { acts, lost, before, after, repairs, secondNight, audited: audited.map(({ details }) => details as { repaired?: number }) }
}

const repairsOf = (ctx: Tenant) =>
  ctx.db
    .selectFrom('wecomRepairs')
    .select(['kind', 'externalUserid', 'userId', 'details'])
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('id')
    .execute()

/** What employees and customers do most, without what WeCom could not show afterwards: customers who delete somebody. */
async function act({ control, truth }: House, { corpId }: Corp, random: Random, number: number): Promise<void> {
  const one = <Row>(query: string, ...values: (string | number)[]): Row | undefined => {
    const rows = truth.all<Row>(query, ...values)
    return rows.length === 0 ? undefined : random.pick(rows)
  }
  const userId = one<{ userid: string }>('select userid from employees where corp_id = ? and left_at is null', corpId)?.userid ?? ''
  const friend = () =>
    one<{ userId: string; externalUserId: string; id: number }>(
      'select id, userid as userId, external_userid as externalUserId from follows where corp_id = ? and member_side = 1 and customer_side = 1 and request is null order by random() limit 20',
      corpId,
    )
  const group = () =>
    one<{ chatId: string; owner: string; code: string }>(
      'select chat_id as chatId, owner, code from group_chats where corp_id = ? and dismissed_at is null',
      corpId,
    )
  const dice = random.next()
  if (dice < 0.35) return void (await control('POST', '/befriend', { corp: corpId, userId, name: `客户${number}` }))
  if (dice < 0.5) return void (await control('POST', '/remark', { ...known(friend()), remark: `备注${number}` }))
  if (dice < 0.7) {
    const tag = one<{ id: string }>('select tag_id as id from tags where corp_id = ? and deleted = 0', corpId)
    return void (await control('POST', '/tag', { ...known(friend()), [random.chance(0.7) ? 'add' : 'remove']: [tag?.id] }))
  }
  if (dice < 0.82) return void (await control('POST', '/unfollow', { ...known(friend()), by: 'employee' }))
  if (dice < 0.92) return void (await control('POST', '/scan', { code: group()?.code, name: `群友${number}` }))
  if (dice < 0.95) {
    const chat = group()
    const member = one<{ member: string }>(
      'select member from group_members where chat_id = ? and left_at is null and type = 2',
      chat?.chatId ?? '',
    )
    return void (await control('POST', `/groups/${chat?.chatId}/leave`, { member: member?.member ?? 'nobody' }))
  }
  if (dice < 0.97) {
    const chat = group()
    return void (await control('PUT', `/groups/${chat?.chatId}`, { by: chat?.owner, name: `群${number}` }))
  }
  if (dice < 0.985) return void (await control('PUT', `/employees/${userId}`, { corp: corpId, name: `员工${number}` }))
  if (dice < 0.995)
    return void (await control('PUT', `/departments/${2 + random.below(6)}`, { corp: corpId, name: `部门${number}`, parentId: 1 }))
  return void (await control('POST', '/tags', { corp: corpId, group: `组${number % 4}`, name: `标签${number}` }))
}

const known = (friend: { userId: string; externalUserId: string } | undefined) => ({
  userId: friend?.userId ?? '-',
  externalUserId: friend?.externalUserId ?? '-',
})
