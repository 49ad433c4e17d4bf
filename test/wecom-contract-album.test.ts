import { describe, expect, test } from 'vitest'
import {
  addInterceptRule,
  deleteInterceptRule,
  findInterceptRule,
  getInterceptRule,
  type InterceptRuleFacts,
  interceptLimits,
  listInterceptRules,
  updateInterceptRule,
} from '#connectors/wecom/intercept-words.ts'
import { uploadAttachment } from '#connectors/wecom/media.ts'
import {
  addProduct,
  deleteProduct,
  findProduct,
  getProduct,
  listProducts,
  type ProductFacts,
  updateProduct,
} from '#connectors/wecom/product-album.ts'
import { createOnce } from '#connectors/wecom/unknown-ends.ts'
import { allPages, contractLab, daySeconds, failure, names, picture } from './support/contract-lab.ts'

const lab = contractLab()
const { control, raw, advance } = lab

describe('the product album', () => {
  const upload = async (scene: 1 | 2 = 2) => (await uploadAttachment(lab.app, 'image', scene, picture)).mediaId
  const facts = async (more: Partial<ProductFacts> = {}): Promise<ProductFacts> => ({
    description: '世界上最好的商品',
    priceFen: 30_000,
    number: 'SN001',
    pictures: [await upload()],
    ...more,
  })
  const add = async (more?: Partial<ProductFacts>) => addProduct(lab.app, await facts(more))
  const read = (productId: string) => getProduct(lab.app, productId)
  const listed = async (limit?: number) => (await allPages((at) => listProducts(lab.app, at), limit)).map((one) => one.product_id)

  test('holds products that are made, read, changed, listed page after page and deleted', async () => {
    const ids = [await add(), await add({ number: '' }), await add()]
    const [first = '', ...others] = ids
    expect(await read(first)).toMatchObject({
      product_id: first,
      description: '世界上最好的商品',
      price: 30_000,
      product_sn: 'SN001',
      create_time: expect.any(Number),
      attachments: [{ type: 'image', image: { media_id: expect.any(String) } }],
    })
    await updateProduct(lab.app, first, { priceFen: 100 })
    expect(await read(first)).toMatchObject({ price: 100, description: '世界上最好的商品' })
    expect(await listed(2)).toEqual(ids)
    await deleteProduct(lab.app, first)
    expect(await listed()).toEqual(others)
    expect(await failure(read(first))).toMatchObject({ errcode: 40058, reaction: 'fix_request' })
    expect(await failure(listProducts(lab.app, { cursor: 'nonsense' }))).toMatchObject({ errcode: 50100, reaction: 'restart_paging' })
    expect(await failure(listProducts(lab.app, { limit: 101 }))).toMatchObject({ code: 'wecom.bad_request', field: 'limit' })
  })

  test('takes only pictures of its own kind, and keeps them longer than their id lives', async () => {
    expect(await failure(add({ pictures: [await upload(1)] }))).toMatchObject({ errcode: 40007, reaction: 'upload_again' })
    const id = await add()
    const pictures = ((await read(id))?.attachments ?? []).map((one) => one.image?.media_id ?? '')
    await advance(4 * daySeconds)
    await updateProduct(lab.app, id, { pictures })
    expect(await failure(add({ pictures }))).toMatchObject({ errcode: 40007 })
  })

  test('keeps to its bounds, with us and with WeCom alike', async () => {
    const image = { type: 'image', image: { media_id: await upload() } }
    const bounds: [string, Partial<ProductFacts>, object][] = [
      ['description', { description: '长'.repeat(301) }, { description: '长'.repeat(301) }],
      ['price', { priceFen: 5_000_001 }, { price: 5_000_001 }],
      ['product_sn', { number: 's'.repeat(129) }, { product_sn: 's'.repeat(129) }],
      ['product_sn', { number: '编号' }, { product_sn: '编号' }],
      ['attachments', { pictures: [] }, { attachments: [] }],
      ['attachments', { pictures: names(10, 'm') }, { attachments: Array(10).fill(image) }],
    ]
    for (const [field, wrong, body] of bounds) {
      expect(await failure(add(wrong))).toMatchObject({ code: 'wecom.bad_request', field })
      const product = { description: '好', price: 1, product_sn: '', attachments: [image], ...body }
      const answer = await raw('externalcontact/add_product_album', product)
      expect(answer).toMatchObject({ errcode: 40058, errmsg: expect.stringContaining(field) })
    }
  })

  test('has a product once although the answer to its making was lost', async () => {
    const path = 'externalcontact/add_product_album'
    const older = await add({ number: 'ONCE' })
    await advance(1)
    const since = await lab.nowSeconds()
    const product = await facts({ number: 'ONCE' })
    const create = (known: string[] = []) =>
      createOnce(
        () => addProduct(lab.app, product),
        () => findProduct(lab.app, { ...product, since, known }),
      )
    await lab.fail({ path, status: 0, times: 1, after: true })
    const before = await lab.calls(path)
    const made = await create()
    expect(made).not.toBe(older)
    expect(await listed()).toContain(made)
    expect(await lab.calls(path)).toBe(before + 1)
    await lab.fail({ path, status: 502, times: 1 })
    expect([older, made]).not.toContain(await create([made]))
  })
})

describe('intercept words', () => {
  const rule: InterceptRuleFacts = {
    name: '承诺收益',
    words: ['保本', '稳赚'],
    semantics: ['mobile'],
    action: 'block',
    range: { users: ['lina'], departments: [3] },
  }
  const body = {
    rule_name: '承诺收益',
    word_list: ['保本', '稳赚'],
    semantics_list: [1],
    intercept_type: 1,
    applicable_range: { user_list: ['lina'], department_list: [3] },
  }
  const add = (more: Partial<InterceptRuleFacts> = {}) => addInterceptRule(lab.app, { ...rule, ...more })
  const read = (ruleId: string) => getInterceptRule(lab.app, ruleId)
  const remove = (ruleId: string) => deleteInterceptRule(lab.app, ruleId)
  const list = () => listInterceptRules(lab.app)

  test('are made, read, changed by another body, listed and deleted', async () => {
    const id = await add()
    const { semantics_list, ...rest } = body
    expect(await read(id)).toEqual({ rule_id: id, ...rest, extra_rule: { semantics_list } })
    expect(await list()).toMatchObject([{ rule_id: id, rule_name: '承诺收益', create_time: expect.any(Number) }])
    await updateInterceptRule(lab.app, id, {
      semantics: ['email'],
      add: { users: ['wanglei'] },
      remove: { users: ['lina'], departments: [3] },
    })
    expect(await read(id)).toMatchObject({
      rule_name: '承诺收益',
      word_list: ['保本', '稳赚'],
      extra_rule: { semantics_list: [2] },
      applicable_range: { user_list: ['wanglei'], department_list: [] },
    })
    await updateInterceptRule(lab.app, id, { name: '改名', words: ['稳'], semantics: ['red_packet'], action: 'warn' })
    expect(await read(id)).toMatchObject({
      rule_name: '改名',
      word_list: ['稳'],
      extra_rule: { semantics_list: [3] },
      intercept_type: 2,
    })
    const emptied = updateInterceptRule(lab.app, id, { remove: { users: ['wanglei'] } })
    expect(await failure(emptied)).toMatchObject({ errcode: 40058 })
    await remove(id)
    expect(await list()).toEqual([])
    expect(await failure(read(id))).toMatchObject({ errcode: 41071 })
    expect(await failure(remove(id))).toMatchObject({ errcode: 41071 })
  })

  test('keep members from saying them, and nobody else', async () => {
    const id = await add()
    const [customer = ''] = await lab.newCustomers('lina', 1)
    await control('POST', 'befriend', { userId: 'wanglei', customer })
    const say = (from: string, to: string, text: string) => control('POST', 'say', { from, to, text })
    await expect(say('lina', customer, '这个产品保本')).rejects.toThrow('say.intercepted')
    await expect(say('lina', customer, '加我 13800000001')).rejects.toThrow('say.intercepted')
    await say('wanglei', customer, '这个产品保本')
    await say(customer, 'lina', '保本吗')
    await updateInterceptRule(lab.app, id, { action: 'warn' })
    await say('lina', customer, '这个产品保本')
    await remove(id)
  })

  test('are refused where they go beyond a bound', async () => {
    const bounds: [string, Partial<InterceptRuleFacts>, object, number?][] = [
      ['rule_name', { name: '名'.repeat(21) }, { rule_name: '名'.repeat(21) }],
      ['word_list', { words: names(301, '词') }, { word_list: names(301, '词') }, 41068],
      ['word_list.0', { words: ['长'.repeat(33)] }, { word_list: ['长'.repeat(33)] }],
      ['applicable_range.user_list', { range: { users: names(1001) } }, { applicable_range: { user_list: names(1001) } }],
    ]
    for (const [field, wrong, wrongBody, errcode = 40058] of bounds) {
      expect(await failure(add(wrong))).toMatchObject({ code: 'wecom.bad_request', field })
      expect(await raw('externalcontact/add_intercept_rule', { ...body, ...wrongBody })).toMatchObject({ errcode })
    }
    expect(await failure(add({ range: {} }))).toMatchObject({ errcode: 40058 })
    expect(await failure(add({ range: { users: ['nobody'] } }))).toMatchObject({ errcode: 60111 })
    expect(await failure(add({ range: { departments: [999] } }))).toMatchObject({ errcode: 60123 })
    for (const wrong of [{ semantics_list: [4] }, { intercept_type: 3 }])
      expect(await raw('externalcontact/add_intercept_rule', { ...body, ...wrong })).toMatchObject({ errcode: 40058 })
    // The old shape of an update is nothing that WeCom reads.
    const id = await add()
    await raw('externalcontact/update_intercept_rule', { rule_id: id, semantics_list: [3] })
    expect((await read(id))?.extra_rule).toEqual({ semantics_list: [1] })
    for (let index = 1; index < interceptLimits.rules; index++) await add({ name: `r${index}` })
    expect(await failure(add())).toMatchObject({ errcode: 41069, reaction: 'tell' })
    for (const one of await list()) await remove(one.rule_id)
  })

  test('are one rule although the answer to its making was lost', async () => {
    const path = 'externalcontact/add_intercept_rule'
    const since = await lab.nowSeconds()
    const create = (known: string[] = []) =>
      createOnce(
        () => add(),
        () => findInterceptRule(lab.app, { name: rule.name, since, known }),
      )
    await lab.fail({ path, status: 0, times: 1, after: true })
    const made = await create()
    expect((await list()).map((one) => one.rule_id)).toEqual([made])
    await lab.fail({ path, errcode: -1, times: 1 })
    expect(await create([made])).not.toBe(made)
    expect(await list()).toHaveLength(2)
  })
})
