import { describe, expect, test } from 'vitest'
import { getContact } from '#connectors/wecom/contacts.ts'
import {
  addStrategyTags,
  createStrategy,
  deleteStrategy,
  deleteStrategyTags,
  editStrategy,
  editStrategyTag,
  findStrategy,
  getStrategy,
  listStrategies,
  listStrategyRange,
  listStrategyTagGroups,
  type StrategyFacts,
} from '#connectors/wecom/strategies.ts'
import { addTags, deleteTags, editTag, listTagGroups, markTags } from '#connectors/wecom/tags.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { allPages, contractLab, failure } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, raw, event, advance } = lab

const facts: StrategyFacts = {
  name: '门店组',
  admins: ['liuyang'],
  privilege: { view_customer_list: true, share_customer: false },
  range: [{ userId: 'lina' }, { departmentId: 3 }],
}

describe.each(['customer', 'moment'] as const)('rule groups of %s', (kind) => {
  const create = (more: Partial<StrategyFacts> = {}) => createStrategy(lab.app, kind, { ...facts, ...more })
  const read = (id: number) => getStrategy(lab.app, kind, id)
  const range = (id: number, limit?: number) => allPages((at) => listStrategyRange(lab.app, kind, id, at), limit)
  const listed = (limit?: number) => allPages((at) => listStrategies(lab.app, kind, at), limit)
  const remove = (id: number) => deleteStrategy(lab.app, kind, id)

  test('are made, read, changed, listed page after page and deleted', async () => {
    const ids = [await create(), await create(), await create()]
    const [first = 0, ...others] = ids
    const child = await create({ parentId: first })
    expect(await read(first)).toMatchObject({
      strategy_id: first,
      parent_id: 0,
      strategy_name: '门店组',
      admin_list: ['liuyang'],
      privilege: { view_customer_list: true, share_customer: false },
      create_time: expect.any(Number),
    })
    expect(await read(child)).toMatchObject({ parent_id: first })
    expect(await range(first, 1)).toEqual(facts.range)
    await editStrategy(lab.app, kind, first, {
      name: '销售组',
      privilege: { share_customer: true },
      add: [{ userId: 'wanglei' }],
      remove: [{ departmentId: 3 }],
    })
    expect(await read(first)).toMatchObject({
      strategy_name: '销售组',
      admin_list: ['liuyang'],
      privilege: { view_customer_list: true, share_customer: true },
    })
    expect(await range(first)).toEqual([{ userId: 'lina' }, { userId: 'wanglei' }])
    expect(await listed(2)).toEqual([...ids, child])
    expect(await failure(remove(first))).toMatchObject({ errcode: 40058 })
    await remove(child)
    await remove(first)
    expect(await listed()).toEqual(others)
    expect(await failure(read(first))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
  })

  test('name people and departments that are there', async () => {
    expect(await failure(create({ admins: ['nobody'] }))).toMatchObject({ errcode: 60111 })
    expect(await failure(create({ range: [{ userId: 'nobody' }] }))).toMatchObject({ errcode: 60111 })
    expect(await failure(create({ range: [{ departmentId: 999 }] }))).toMatchObject({ errcode: 60123 })
    expect(await failure(create({ range: [] }))).toMatchObject({ errcode: 40058 })
    expect(await failure(create({ parentId: 999 }))).toMatchObject({ errcode: 40058 })
    const path = `externalcontact/${kind}_strategy`
    const nobody = { strategy_name: 'x', admin_list: ['liuyang'], range: [{ type: 1 }] }
    expect(await raw(`${path}/create`, nobody)).toMatchObject({ errcode: 40058 })
    const only = await create({ range: [{ userId: 'lina' }] })
    const emptied = editStrategy(lab.app, kind, only, { remove: [{ userId: 'lina' }] })
    expect(await failure(emptied)).toMatchObject({ errcode: 40058 })
    const wrong = listStrategies(lab.app, kind, { cursor: 'nonsense' })
    expect(await failure(wrong)).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await failure(listStrategies(lab.app, kind, { limit: 1001 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
    expect(await raw(`${path}/list`, { limit: 1001 })).toMatchObject({ errcode: 40058, strategy: [] })
  })

  test('are one group although the answer to their making was lost', async () => {
    const path = `externalcontact/${kind}_strategy/create`
    await create({ name: '只建一次' })
    await advance(1)
    const since = await lab.nowSeconds()
    const once = (known: number[] = []) =>
      createOnce(
        () => create({ name: '只建一次' }),
        () => findStrategy(lab.app, kind, { name: '只建一次', since, known }),
      )
    const before = (await listed()).length
    await lab.fail({ path, status: 0, times: 1, after: true })
    const made = await once()
    expect(await listed()).toHaveLength(before + 1)
    expect((await listed()).at(-1)).toBe(made)
    await lab.fail({ path, errcode: -1, times: 1 })
    expect(await once([made])).not.toBe(made)
  })
})

describe('tags of a rule group', () => {
  const strategy = () => createStrategy(lab.app, 'customer', { name: '有标签的组', admins: ['liuyang'], range: [{ userId: 'lina' }] })
  const add = (strategy_id: number, more: object = {}) =>
    addStrategyTags(lab.app, { strategy_id, group_name: '组内等级', tag: [{ name: '甲' }, { name: '乙', order: 5 }], ...more })
  const list = (filter: Parameters<typeof listStrategyTagGroups>[1]) => listStrategyTagGroups(lab.app, filter)

  test('stand apart from corp tags, and are marked as such at a customer', async () => {
    const id = await strategy()
    const group = await add(id)
    expect(group?.tag?.map((tag) => tag.name)).toEqual(['乙', '甲'])
    expect(await list({ strategyId: id })).toMatchObject([{ group_id: group?.group_id, strategy_id: id, group_name: '组内等级' }])
    expect((await listTagGroups(lab.app)).map((one) => one.group_id)).not.toContain(group?.group_id)
    const other = await strategy()
    expect(await list({ strategyId: other })).toEqual([])
    expect((await add(other))?.group_id).not.toBe(group?.group_id)
    const tag = group?.tag?.find((one) => one.name === '甲')?.id ?? ''
    await editStrategyTag(lab.app, { id: tag, name: '特级' })
    const [customer = ''] = await lab.newCustomers('lina', 1)
    await markTags(lab.app, { userid: 'lina', external_userid: customer, add_tag: [tag] })
    expect((await getContact(lab.app, customer)).follows[0]?.tags).toMatchObject([{ tag_id: tag, tag_name: '特级', type: 3 }])
    await control('DELETE', `tags/${group?.tag?.find((one) => one.name === '乙')?.id}`)
    await event('change_external_tag.delete', { strategyId: id })
    await deleteStrategyTags(lab.app, { tagIds: [tag] })
    expect(await list({ strategyId: id })).toEqual([])
  })

  test('are refused where corp tags are meant, and where nothing is', async () => {
    const id = await strategy()
    const group = await add(id)
    const tag = group?.tag?.[0]?.id ?? ''
    expect(await failure(editTag(lab.app, { id: tag, name: 'x' }))).toMatchObject({ errcode: 40068 })
    expect(await failure(deleteTags(lab.app, { tagIds: [tag] }))).toMatchObject({ errcode: 40068 })
    const corpTag = (await addTags(lab.app, { group_name: '企业标签组', tag: [{ name: '一' }] }))?.tag?.[0]?.id ?? ''
    const edit = (change: { id: string; name: string }) => editStrategyTag(lab.app, change)
    expect(await failure(edit({ id: corpTag, name: 'x' }))).toMatchObject({ errcode: 40068, reaction: 'sync_tags' })
    expect(await failure(edit({ id: tag, name: '甲' }))).toMatchObject({ errcode: 40071, reaction: 'sync_tags' })
    expect(await failure(edit({ id: tag, name: '长'.repeat(31) }))).toMatchObject({ code: 'wecom.bad_request', field: 'name' })
    expect(await failure(deleteStrategyTags(lab.app, {}))).toMatchObject({ errcode: 40058 })
    expect(await failure(deleteStrategyTags(lab.app, { tagIds: [corpTag] }))).toMatchObject({ errcode: 40068 })
    expect(await failure(add(999))).toMatchObject({ errcode: 40058 })
    expect(await failure(add(id, { group_name: '长'.repeat(31) }))).toMatchObject({ field: 'group_name' })
    // The old customer-contact secret may change what any app made.
    await editStrategyTag(lab.withSecret('contactSecret'), { id: tag, name: '别处改的' })
    expect((await list({ tagIds: [tag] }))[0]?.tag).toMatchObject([{ id: tag, name: '别处改的' }])
    await deleteStrategy(lab.app, 'customer', id)
    expect(await failure(list({ strategyId: id }))).toMatchObject({ errcode: 40058 })
    expect(await list({ groupIds: [group?.group_id ?? ''] })).toEqual([])
  })
})
