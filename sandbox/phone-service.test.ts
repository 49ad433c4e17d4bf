import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsSdkSignature } from '#connectors/wecom/jssdk.ts'
import { startTestPhones, type TestPhones } from './phone-testing.ts'
import type { TestSandbox } from './testing.ts'

let phones: TestPhones
let it: TestSandbox
let product: Server
beforeAll(async () => {
  phones = await startTestPhones()
  it = phones.it
}, 60_000)
afterAll(async () => {
  product?.close()
  product?.closeAllConnections()
  await phones?.stop()
})

test('an employee presses a card of the app and sees it change; a message is taken back', { timeout: 60_000 }, async () => {
  const agentid = it.corp.agentId
  const card = {
    card_type: 'button_interaction',
    source: { desc: '留量 · 售后' },
    main_title: { title: '退款待审批', desc: '订单 20261122-8，客户要求全额退款' },
    horizontal_content_list: [
      { keyname: '客户', value: '小禾' },
      { keyname: '金额', value: '￥268.00' },
    ],
    task_id: 'refund-8',
    button_list: [
      { text: '同意', style: 1, key: 'yes' },
      { text: '拒绝', style: 2, key: 'no' },
    ],
  }
  await it.api('message/send', { touser: 'lina', agentid, msgtype: 'template_card', template_card: card })
  const wrong = await it.api('message/send', { touser: 'lina', agentid, msgtype: 'text', text: { content: '发错了的一句' } })
  const lina = await phones.open('e:lina', '&chat=app')
  await lina.getByText('发错了的一句').waitFor()
  await phones.look(lina, 'card')
  await it.api('message/recall', { msgid: wrong.msgid })
  await lina.getByText('应用撤回了一条消息').waitFor()
  await lina.getByRole('button', { name: '同意' }).click()
  await lina.locator('.tcard-done', { hasText: '同意' }).waitFor()
  const { items } = await it.control<{ items: { xml: string }[] }>('GET', '/callbacks?name=template_card_event')
  const code = /<ResponseCode><!\[CDATA\[(.+?)\]\]>/.exec(items[0]?.xml ?? '')?.[1]
  await it.api('message/update_template_card', { userids: ['lina'], agentid, response_code: code, button: { replace_name: '已退款' } })
  await lina.locator('.tcard-done', { hasText: '已退款' }).waitFor()
  expect(phones.faults).toEqual([])
})

/** A product's sidebar page: signed by the product itself, with the tickets it fetched. */
const sidebarPage = (corpId: string, agentId: number, sandbox: string) => `<!doctype html><meta charset="utf-8"><title>侧边栏</title>
<script src="${sandbox}/assets/phone/ww.js"></script><pre id="out">…</pre><button id="send">发话术</button><script>
const signed = (kind) => (url) => fetch('/sign?kind=' + kind + '&url=' + encodeURIComponent(url)).then((it) => it.json())
const out = document.getElementById('out')
ww.register({ corpId: '${corpId}', agentId: ${agentId}, jsApiList: [], getConfigSignature: signed('corp'), getAgentConfigSignature: signed(location.hash === '#wrong' ? 'corp' : 'agent') })
Promise.all([ww.getContext(), ww.getCurExternalContact()]).then(([context, contact]) => { out.textContent = context.entry + ' ' + contact.userId }, (error) => { out.textContent = error.errMsg + ' ' + error.errCode })
document.getElementById('send').onclick = () => ww.sendChatMessage({ msgtype: 'text', text: { content: '这是侧边栏发的话术' } }).then(() => ww.closeWindow())
</script>`

test('a page beside the chat is let in by its signature, knows the customer and sends into the chat', { timeout: 60_000 }, async () => {
  const { corpId, agentId } = it.corp
  const tickets = { corp: (await it.api('get_jsapi_ticket')).ticket, agent: (await it.api('ticket/get?type=agent_config')).ticket }
  product = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://product')
    if (url.pathname !== '/sign') return response.setHeader('content-type', 'text/html').end(sidebarPage(corpId, agentId, it.url))
    const ticket = String(tickets[url.searchParams.get('kind') as 'corp' | 'agent'])
    const signature = jsSdkSignature(ticket, 'nonce', 1700000000, url.searchParams.get('url') ?? '')
    return response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify({ timestamp: 1700000000, nonceStr: 'nonce', signature }))
  })
  await new Promise<void>((resolve) => product.listen(0, '127.0.0.1', resolve))
  const home = `http://127.0.0.1:${(product.address() as AddressInfo).port}/sidebar`
  await it.control('PUT', `/corps/${corpId}/sidebar`, {
    items: [
      { name: '客户画像', url: home },
      { name: '签错的页', url: `${home}#wrong` },
    ],
  })
  const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/befriend', { userId: 'lina', name: '小禾' })
  const lina = await phones.open('e:lina', `&chat=${externalUserId}`)
  await lina.getByRole('button', { name: '客户画像' }).click()
  const frame = lina.frameLocator('iframe')
  await frame.getByText(`single_chat_tools ${externalUserId}`).waitFor()
  await phones.look(lina, 'sidebar')
  await frame.getByRole('button', { name: '发话术' }).click()
  await lina.locator('.bubble', { hasText: '这是侧边栏发的话术' }).waitFor()
  await phones.look(lina, 'tools')
  await lina.getByRole('button', { name: '签错的页' }).click()
  await frame.getByText('agentConfig:fail, wrong kind of ticket 42012').waitFor()
  expect(phones.faults).toEqual([])
})

test('a customer comes to customer service through its link and talks there', { timeout: 60_000 }, async () => {
  const { open_kfid } = await it.api('kf/account/add', { name: '售后客服' })
  const { url } = await it.api('kf/add_contact_way', { open_kfid, scene: 'poster' })
  const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/customers', { name: '阿南' })
  const customer = await phones.open(`c:${externalUserId}`, '&tab=scan')
  await customer.getByLabel('粘贴活码').fill(String(url))
  await customer.getByRole('button', { name: '扫', exact: true }).click()
  await customer.locator('.topbar h1', { hasText: '售后客服' }).waitFor()
  const { msg_list } = await it.api('kf/sync_msg', { open_kfid })
  const [entered] = msg_list as { event: { welcome_code: string } }[]
  const list = [
    { type: 'click', click: { id: '1', content: '查物流' } },
    { type: 'click', click: { id: '2', content: '转人工' } },
  ]
  const msgmenu = { head_content: '您好，请选择：', list, tail_content: '也可以直接留言' }
  await it.api('kf/send_msg_on_event', { code: entered?.event.welcome_code, msgtype: 'msgmenu', msgmenu })
  await customer.getByRole('button', { name: '转人工' }).click()
  await customer.locator('.mine .bubble', { hasText: '转人工' }).waitFor()
  await customer.getByLabel('说点什么').fill('鞋码不合适')
  await customer.getByRole('button', { name: '发送' }).click()
  await customer.locator('.mine .bubble', { hasText: '鞋码不合适' }).waitFor()
  await it.api('kf/send_msg', { touser: externalUserId, open_kfid, msgtype: 'text', text: { content: '可以换码' } })
  await customer.locator('.bubble', { hasText: '可以换码' }).waitFor()
  await phones.look(customer, 'kf')
  const news = (await it.api('kf/sync_msg', { open_kfid })).msg_list as { text?: { menu_id?: string } }[]
  expect(news.some((one) => one.text?.menu_id === '2')).toBe(true)
  await customer.getByRole('button', { name: '返回' }).click()
  await customer.getByRole('button', { name: /售后客服/ }).waitFor()
  await phones.look(customer, 'chats')
  expect(await customer.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  expect(phones.faults).toEqual([])
})

test('the home page puts a page beside the chats', { timeout: 60_000 }, async () => {
  const page = await phones.open('/')
  await page.getByLabel('页面名称').first().fill('话术库')
  await page
    .getByLabel(/^本机网址/)
    .first()
    .fill('http://127.0.0.1:8080/words')
  await page.getByRole('button', { name: '添加' }).first().click()
  await page.locator('.sidebar-line', { hasText: '话术库' }).waitFor()
  await phones.look(page, 'home')
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390)
  const { items } = await it.control<{ items: { name: string }[] }>('GET', `/corps/${it.corp.corpId}/sidebar`)
  expect(items.map((one) => one.name)).toContain('话术库')
  await page.locator('.sidebar-line', { hasText: '话术库' }).getByRole('button', { name: '移除' }).click()
  await page.locator('.sidebar-line', { hasText: '话术库' }).waitFor({ state: 'detached' })
  expect(phones.faults).toEqual([])
})
