import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ServerType, serve } from '@hono/node-server'
import decodeQR from 'qr/decode.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consumers, createApp, jobs, loops } from '#app/app.ts'
import { getContactWay } from '#connectors/wecom/contact-ways.ts'
import { getContact } from '#connectors/wecom/contacts.ts'
import { toPixels, toPng } from '#growth/live-codes/image/render.ts'
import { keepRosters } from '#growth/live-codes/jobs.ts'
import type { LiveCode, Statistics } from '#growth/live-codes/schema.ts'
import { resolvePersons } from '#management/identity/resolve-persons.ts'
import { createTenantWithOwner } from '#management/team/bootstrap.ts'
import { wecomApp } from '#management/wecom/app.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { type Context, createContext, systemActor } from '#platform/context.ts'
import { registerConsumers, runConsumers } from '#platform/events/consumers.ts'
import { runLoader } from '#platform/events/loader.ts'
import { publicId } from '#platform/ids.ts'
import { runJobs } from '#platform/jobs.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { until } from '#test/support/until.ts'

// Step two of the product's main story: a code made in the console, scanned on the virtual phone, and everything that follows.

let sandbox: ChildProcess | undefined
let server: ServerType | undefined
let sandboxUrl: string
let url: string
let key: string
let workspace: TestWorkspace
let ctx: Context
const stop = new AbortController()
const running: Promise<unknown>[] = []
const employees = new Map<string, string>()
const userIds = new Map<string, string>()
let aheadMs = 0

let app: ReturnType<typeof createApp> | undefined
/** The workspace wants the address, and the address comes first. */
function answering(): ReturnType<typeof createApp> {
  app = app ?? createApp(workspace)
  return app
}

beforeAll(async () => {
  sandboxUrl = await startSandbox()
  url = await new Promise((resolve) => {
    server = serve({ fetch: (request, env) => answering().fetch(request, env), port: 0, hostname: '127.0.0.1' }, ({ port }) =>
      resolve(`http://127.0.0.1:${port}`),
    )
  })
  workspace = await openTestWorkspace({ WECOM_BASE_URL: sandboxUrl, LIULIANG_PUBLIC_URL: url })
  // A clock that goes on after it was moved.
  workspace.now = () => new Date(Date.now() + aheadMs)
  const { tenantId, apiKey } = await createTenantWithOwner(workspace, { name: '活码公司', login: 'owner@live-codes.test' })
  key = apiKey
  ctx = createContext(workspace, tenantId, systemActor, 'story')
  await registerConsumers(workspace, consumers)
  running.push(
    ...loops.map((loop) => loop(workspace, stop.signal)),
    runConsumers(workspace, consumers, stop.signal),
    runJobs(workspace, jobs, 'story', stop.signal),
    runLoader(workspace, resolvePersons(workspace), stop.signal),
  )
  await connectSandbox(ctx, sandboxUrl)
  await until(async () => (await api<{ items: unknown[] }>('GET', '/employees?limit=200')).items.length >= 12, 30_000)
  const { items } = await api<{ items: { id: string; name: string }[] }>('GET', '/employees?limit=200')
  for (const { id, name } of items) employees.set(name, id)
  const members = await ctx.db
    .selectFrom('employeeAccounts as a')
    .innerJoin('employees as e', (join) => join.onRef('e.tenantId', '=', 'a.tenantId').onRef('e.id', '=', 'a.employeeId'))
    .select(['a.userId', 'e.name'])
    .where('a.tenantId', '=', tenantId)
    .execute()
  for (const { userId, name } of members) userIds.set(name, userId)
})

afterAll(async () => {
  stop.abort()
  await Promise.allSettled(running)
  server?.close()
  const ended = new Promise((resolve) => sandbox?.once('exit', resolve))
  if (sandbox?.kill('SIGTERM')) await ended
})

describe('a live code', () => {
  let code: LiveCode

  test('is made with three employees, hours, a welcome with a picture, a tag and a channel', async () => {
    const channel = await api<{ id: string }>('POST', '/channels', { name: '抖音投放', kind: 'feed_ads' })
    const image = await upload(await picture(), '新人礼.png')
    code = await makeCode({
      name: '抖音春季活码',
      channelId: channel.id,
      employees: members('李娜', '王磊', '张伟'),
      schedule: { weekly: [{ days: [1, 2, 3, 4, 5, 6, 7], from: '00:00', to: '24:00', employeeIds: [] }] },
      welcome: { text: '你好 {nickname}，我是{company}的{employee}。', attachments: [{ kind: 'image', file: image }] },
      tagIds: [await tag('来源', '抖音')],
      remark: '抖音-{nickname}',
    })
    expect(code).toMatchObject({
      coverage: 'on_duty',
      sync: { state: 'done', error: null },
      channel: { name: '抖音投放' },
      welcomeFrom: 'code',
    })
    expect(code.configId).toMatch(/^[0-9a-f]{32}$/)
    expect((await wayOf(code)).user).toEqual(['lina', 'wanglei', 'zhangwei'])
  })

  test('scanned: the customer stands here with tag, channel and timeline, and the welcome is on the phone', async () => {
    const first = await scan(String((await makeCode({ name: '热身', employees: members('李娜') })).configId), '第一个')
    await until(async () => (await timeline(first)).includes('live_code.added'))
    const friend = await scan(String(code.configId), '林小满')
    await until(async () => (await customerOf(friend))?.tags.some(({ name }) => name === '抖音') ?? false)
    const customer = await customerOf(friend)
    expect(customer).toMatchObject({ channel: { name: '抖音投放' } })
    for (const event of ['customer.followed', 'customer.tagged', 'live_code.added'])
      await until(async () => (await timeline(friend)).includes(event))
    await until(async () => (await welcomes(friend)).length === 2)
    const [text, image] = await welcomes(friend)
    expect(text).toMatchObject({ kind: 'text', text: `你好 林小满，我是留量体验公司的${nameOf(friend.userId)}。` })
    expect(image?.kind).toBe('image')
    expect(Buffer.from(await (await fetch(String(image?.imageUrl))).arrayBuffer())).toEqual(await picture())
    await until(async () => (await timeline(friend)).includes('welcome.sent'))
    await until(async () => (await there(friend)).remark === '抖音-林小满')
    await until(async () => (await there(friend)).tags.includes('抖音'))
  })

  test('is found by the address of its picture, and by its short link, which counts the look', async () => {
    await scan(String(code.qrUrl), '从图片来')
    const phone = { headers: { 'user-agent': 'Mozilla/5.0 (iPhone) MicroMessenger/8.0.50' } }
    const page = await fetch(code.link, phone)
    expect(page.status).toBe(200)
    expect(await page.text()).toContain('长按识别二维码')
    const friend = await scan(code.link, '从链接来')
    await until(async () => (await timeline(friend)).includes('live_code.added'))
    await until(async () => (await statistics(code)).totals.views === 2)
    expect((await fetch(`${url}/l/zz-nothing000000`)).status).toBe(404)
  })

  test('tells who left whom', async () => {
    const friend = await scan(String(code.configId), '要走的人')
    await until(async () => (await timeline(friend)).includes('live_code.added'))
    await sandboxDo('POST', '/sandbox/unfollow', { ...friend, by: 'customer' })
    await until(async () => (await timeline(friend)).includes('live_code.left'))
    const { items } = await api<{ items: { name: string; properties: { by?: string } }[] }>(
      'GET',
      `/customers/${(await customerOf(friend))?.id}/timeline`,
    )
    expect(items.find(({ name }) => name === 'customer.unfollowed')?.properties.by).toBe('customer')
  })

  test('counts, and every number opens its people', async () => {
    await until(async () => (await statistics(code)).totals.deletedByCustomer === 1)
    const { totals, employees: byEmployee } = await statistics(code)
    expect(totals).toMatchObject({ added: 4, left: 1, net: 3, tagged: 4, ordered: 0 })
    expect(byEmployee.reduce((sum, { added }) => sum + added, 0)).toBe(4)
    const people = await api<{ total: number; items: { name: string }[] }>('GET', `/live-codes/${code.id}/people?step=deleted_by_customer`)
    expect(people).toMatchObject({ total: 1, items: [{ name: '要走的人' }] })
    expect((await api<{ total: number }>('GET', `/live-codes/${code.id}/people?step=added`)).total).toBe(4)
    const [row] = (await api<{ items: { counts: { adds: number; views: number } }[] }>('GET', '/live-codes?q=春季')).items
    expect(row?.counts).toMatchObject({ adds: 4, views: 2, left: 1 })
  })

  test('as a picture says what WeCom’s picture says, with a logo too, and as PDF and SVG', async () => {
    const logo = await upload(await picture(), 'logo.png')
    await api('PATCH', `/live-codes/${code.id}`, {
      style: { template: 'poster', title: '扫码领好礼', subtitle: '喆哥的门店', colour: '#0b7a5c', logo },
    })
    for (const template of ['plain', 'card', 'poster'])
      for (const size of [400, 1200]) {
        const png = Buffer.from(await (await raw('GET', `/live-codes/${code.id}/image?size=${size}&template=${template}`)).arrayBuffer())
        expect(scanPicture(png), `${template} ${size}`).toContain(String(code.configId))
      }
    const link = Buffer.from(await (await raw('GET', `/live-codes/${code.id}/image?target=link`)).arrayBuffer())
    expect(scanPicture(link)).toBe(code.link)
    expect(await (await raw('GET', `/live-codes/${code.id}/image?format=svg`)).text()).toMatch(/^<svg /)
    expect((await (await raw('GET', `/live-codes/${code.id}/image?format=pdf`)).text()).startsWith('%PDF-')).toBe(true)
    expect(await refused('PATCH', `/live-codes/${code.id}`, { style: { template: 'card', colour: '#ffee88' } })).toMatchObject({
      code: 'live_code.colour_too_light',
      field: 'style.colour',
    })
  })
})

describe('who is offered', () => {
  test('follows the caps: who is full goes off, then the spare stands in', async () => {
    const code = await makeCode({
      name: '限额',
      employees: [
        ...members('李娜', '王磊').map((one) => ({ ...one, dailyCap: 1 })),
        ...members('张伟').map((one) => ({ ...one, spare: true })),
      ],
    })
    const first = await scan(String(code.configId), '一')
    await until(async () => (await wayOf(code)).user.join() === ['lina', 'wanglei'].filter((one) => one !== first.userId).join())
    await scan(String(code.configId), '二')
    await until(async () => (await wayOf(code)).user.join() === 'zhangwei')
    expect(await read(code)).toMatchObject({ coverage: 'spare' })
    await scan(String(code.configId), '三')
    await until(async () => (await read(code)).employees.find(({ spare }) => spare)?.addedToday === 1)
  })

  test('follows the duty switch, and an employee who leaves', async () => {
    const code = await makeCode({ name: '值班', employees: members('李娜', '王磊', '孙丽') })
    const off = await api<LiveCode>('DELETE', `/live-codes/${code.id}/employees/${employees.get('李娜')}/duty`)
    expect(off.employees.find(({ employee }) => employee.name === '李娜')).toMatchObject({ onDuty: false, listed: false })
    expect((await wayOf(code)).user).toEqual(['sunli', 'wanglei'])
    await api('PUT', `/live-codes/${code.id}/employees/${employees.get('李娜')}/duty`)
    expect((await wayOf(code)).user).toEqual(['lina', 'sunli', 'wanglei'])
    await fetch(`${sandboxUrl}/sandbox/employees/sunli`, { method: 'DELETE' })
    await until(async () => (await wayOf(code)).user.join() === 'lina,wanglei')
  })

  test('with different weights comes close to the shares while people are coming one by one', async () => {
    const code = await makeCode({
      name: '权重',
      employees: members('李娜', '王磊', '张伟').map((one, at) => ({ ...one, weight: [5, 3, 2][at] })),
    })
    const got = new Map<string, number>()
    for (let number = 0; number < 40; number++) {
      const { userId } = await scan(String(code.configId), `权重${number}`)
      got.set(userId, (got.get(userId) ?? 0) + 1)
      await until(
        async () =>
          (await read(code)).employees.reduce((sum, one) => sum + one.addedToday, 0) === number + 1 &&
          (await read(code)).sync.state === 'done',
      )
    }
    for (const [userId, share] of [
      ['lina', 20],
      ['wanglei', 12],
      ['zhangwei', 8],
    ] as const)
      expect(Math.abs((got.get(userId) ?? 0) - share), userId).toBeLessThanOrEqual(1)
  }, 60_000)

  test('twenty in one second are all greeted, each once', async () => {
    const code = await makeCode({ name: '一秒二十人', employees: members('李娜', '王磊', '张伟'), welcome: { text: '欢迎{nickname}' } })
    const friends = await Promise.all(Array.from({ length: 20 }, (_, number) => scan(String(code.configId), `同时${number}`)))
    await until(async () => (await Promise.all(friends.map(welcomes))).every((shown) => shown.length === 1), 15_000)
    for (const [number, friend] of friends.entries())
      expect((await welcomes(friend)).map(({ text }) => text)).toEqual([`欢迎同时${number}`])
    await until(async () => (await read(code)).employees.reduce((sum, one) => sum + one.addedToday, 0) === 20)
  }, 30_000)

  test('changes with the slot when the clock moves on, and so does the welcome', async () => {
    const [day, night] = ['李娜', '王磊'].map((name) => String(employees.get(name)))
    const code = await makeCode({
      name: '早晚班',
      employees: members('李娜', '王磊'),
      schedule: {
        weekly: [
          { days: [1, 2, 3, 4, 5, 6, 7], from: '09:00', to: '18:00', employeeIds: [day] },
          {
            days: [1, 2, 3, 4, 5, 6, 7],
            from: '18:00',
            to: '09:00',
            employeeIds: [night],
            welcome: { text: '夜深了，{nickname}，明早回复您。' },
          },
        ],
      },
      welcome: { text: '您好，{nickname}' },
    })
    try {
      moveClockTo('10:00')
      await keepRosters(workspace)
      await until(async () => (await wayOf(code)).user.join() === 'lina')
      moveClockTo('20:00')
      await keepRosters(workspace)
      await until(async () => (await wayOf(code)).user.join() === 'wanglei')
      expect(await read(code)).toMatchObject({ welcomeFrom: 'slot', coverage: 'on_duty' })
    } finally {
      aheadMs = 0
    }
  })
})

describe('bad input', () => {
  test('names the field and the employee', async () => {
    const start = { name: '坏', employees: members('李娜') }
    expect(await refused('POST', '/live-codes', { ...start, employees: [] })).toMatchObject({ field: 'employees' })
    expect(await refused('POST', '/live-codes', { ...start, welcome: { text: '你好 {nicname}' } })).toMatchObject({ field: 'welcome.text' })
    expect(await refused('POST', '/live-codes', { ...start, welcome: { text: '长'.repeat(1334) } })).toMatchObject({
      field: 'welcome.text',
    })
    expect(await refused('POST', '/live-codes', { ...start, channelId: 'cha_nothing' })).toMatchObject({
      code: 'channel.not_found',
      field: 'channelId',
    })
    expect(await refused('POST', '/live-codes', { ...start, welcome: { attachments: [{ kind: 'image', file: 'fil_x' }] } })).toMatchObject({
      code: 'file.not_found',
      field: 'welcome.attachments.0.file',
    })
    expect(
      await refused('POST', '/live-codes', { ...start, schedule: { weekly: [{ days: [1], from: '25:00', to: '26:00' }] } }),
    ).toMatchObject({ field: 'schedule.weekly.0.from' })
    expect((await raw('GET', '/live-codes/lco_00000000000000000000000000')).status).toBe(404)
  })

  test('an employee without the customer-contact function is named before WeCom is asked', async () => {
    await sandboxDo('PUT', '/sandbox/employees/gaofei', { contact: false })
    // What WeCom said of it is believed for a minute.
    aheadMs = 61_000
    expect(await refused('POST', '/live-codes', { name: '没有客户联系', employees: members('李娜', '高飞') })).toMatchObject({
      code: 'live_code.employee_without_contact',
      field: 'employees.1.employeeId',
      message: expect.stringContaining('高飞'),
    })
  })
})

type Friend = { externalUserId: string; userId: string }

const scan = (code: string, name: string): Promise<Friend> => sandboxDo<Friend>('POST', '/sandbox/scan', { code, name })

const members = (...names: string[]) => names.map((name) => ({ employeeId: String(employees.get(name)), weight: 1 }))

const makeCode = (input: object): Promise<LiveCode> => api<LiveCode>('POST', '/live-codes', input)

const read = (code: LiveCode): Promise<LiveCode> => api<LiveCode>('GET', `/live-codes/${code.id}`)

const statistics = (code: LiveCode): Promise<Statistics> => api<Statistics>('GET', `/live-codes/${code.id}/statistics`)

/** The code as WeCom has it. */
async function wayOf(code: LiveCode): Promise<{ user: string[] }> {
  const corp = await ctx.db.selectFrom('wecomCorps').select('id').where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()
  const way = await getContactWay(await wecomApp(ctx, corp.id), String(code.configId))
  return { user: [...(way?.user ?? [])].sort() }
}

async function tag(group: string, name: string): Promise<string> {
  const made = await api<{ id: string }>('POST', '/tag-groups', { name: group })
  return (await api<{ id: string }>('POST', '/tags', { groupId: made.id, name })).id
}

/** A small picture, different from every other file. */
const picture = async (): Promise<Buffer> =>
  toPng(
    '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"><rect width="80" height="80" fill="#0f9d77"/><circle cx="40" cy="40" r="20" fill="#fff"/></svg>',
    80,
  )

async function upload(bytes: Buffer, name: string): Promise<string> {
  const form = new FormData()
  form.set('file', new File([new Uint8Array(bytes)], name))
  const body = new Response(form)
  const whole = await body.arrayBuffer()
  const response = await fetch(`${url}/api/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': String(body.headers.get('content-type')) },
    body: whole,
  })
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: string }).id
}

async function customerIdOf({ externalUserId, userId }: Friend): Promise<number | undefined> {
  const row = await ctx.db
    .selectFrom('wecomFollows')
    .select('customerId')
    .where('tenantId', '=', ctx.tenantId)
    .where('externalUserid', '=', externalUserId)
    .where('userId', '=', userId)
    .executeTakeFirst()
  return row?.customerId ?? undefined
}

async function customerOf(friend: Friend): Promise<{ id: string; tags: { name: string }[]; channel: { name: string } | null } | undefined> {
  const id = await customerIdOf(friend)
  return id === undefined ? undefined : api('GET', `/customers/${publicId(ctx, 'cus', id)}`)
}

async function timeline(friend: Friend): Promise<string[]> {
  const id = await customerIdOf(friend)
  if (id === undefined) return []
  return (await api<{ items: { name: string }[] }>('GET', `/customers/${publicId(ctx, 'cus', id)}/timeline`)).items.map(({ name }) => name)
}

type Shown = { source: string; kind: string; text?: string; imageUrl?: string }

async function welcomes({ externalUserId }: Friend): Promise<Shown[]> {
  const response = await fetch(`${sandboxUrl}/sandbox/inbox/${externalUserId}`)
  return ((await response.json()) as { items: Shown[] }).items.filter(({ source }) => source === 'welcome')
}

/** Remark and tags as WeCom shows them. */
async function there({ externalUserId, userId }: Friend): Promise<{ remark: string; tags: string[] }> {
  const corp = await ctx.db.selectFrom('wecomCorps').select('id').where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()
  const { follows } = await getContact(await wecomApp(ctx, corp.id), externalUserId)
  const follow = follows.find((one) => one.userid === userId)
  return { remark: follow?.remark ?? '', tags: (follow?.tags ?? []).map((one) => one.tag_name ?? '') }
}

const nameOf = (userId: string): string => [...userIds].find(([, id]) => id === userId)?.[0] ?? ''

const scanPicture = (png: Buffer): string => {
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  return decodeQR(
    toPixels(
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><image href="data:image/png;base64,${png.toString('base64')}" width="${width}" height="${height}"/></svg>`,
    ),
  )
}

/** To that time of tomorrow in Shanghai. */
function moveClockTo(time: string): void {
  const tomorrow = new Date(Date.now() + 32 * 3_600_000).toISOString().slice(0, 10)
  aheadMs = new Date(`${tomorrow}T${time}:00+08:00`).getTime() - Date.now()
}

const raw = (method: string, path: string, body?: object): Promise<Response> =>
  fetch(`${url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  })

async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await raw(method, path, body)
  const answer = response.status === 204 ? undefined : await response.json()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer as T
}

async function refused(method: string, path: string, body: object): Promise<{ code: string; field?: string; message: string }> {
  const response = await raw(method, path, body)
  expect(response.status).toBe(400)
  return ((await response.json()) as { error: { code: string; field?: string; message: string } }).error
}

async function sandboxDo<T = Record<string, string>>(method: 'POST' | 'PUT', path: string, body: object): Promise<T> {
  const response = await fetch(`${sandboxUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as T
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer
}

async function startSandbox(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'live-code-story-'))
  const main = fileURLToPath(new URL('../sandbox/main.ts', import.meta.url))
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, '--port', '0', '--data', folder, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  sandbox = child
  const line = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(text.toString()))
    child.once('exit', (code) => reject(new Error(`the sandbox ended with ${code}`)))
  })
  return (JSON.parse(line) as { url: string }).url
}
