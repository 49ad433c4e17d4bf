import { afterAll, beforeAll, expect, test } from 'vitest'
import { identify } from '#management/identity/commands.ts'
import type { Identity } from '#management/identity/schema.ts'
import { ensureTag } from '#management/tags/commands.ts'
import { changePolicy } from '#operation/outbound/policy.ts'
import { sendPlanned } from '#operation/tasks/reminders.ts'
import { publicId } from '#platform/ids.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'
import { until } from './support/until.ts'

// One friend on a journey, from the scan to the order, through the same doors as in life: web, worker and WeCom's sandbox are real.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let member: string
let corpId: string

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  corpId = (await phone<{ items: { corpId: string }[] }>('GET', 'corps')).items[0]?.corpId ?? ''
  await until(async () => (await api<{ items: object[] }>('GET', 'customers?limit=5')).items.length > 0, 60_000)
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  member = items.find(({ contact, status }) => contact && status === 1)?.userId ?? ''
  await changePolicy(workspace.ctx, { quietHours: { marketing: null, service: null }, frequency: { marketing: null, service: null } })
})

afterAll(() => workspace?.close())

test('a friend is greeted, answers, gets a task and a coupon, buys and is out; nothing happens twice', { timeout: 180_000 }, async () => {
  const tag = publicId(workspace.ctx, 'tag', await ensureTag(workspace.ctx, '意向', '想买'))
  const journey = await api<{ id: string }>('POST', 'journeys', {
    name: '新好友',
    draft: {
      entry: { by: 'event', event: 'customer.followed' },
      goal: { when: [{ event: 'order.paid' }], leaves: true },
      start: 'greet',
      steps: [
        { id: 'greet', type: 'message', text: '欢迎，先回答一个小问题', kind: 'service', next: 'answer' },
        { id: 'answer', type: 'wait_for', happens: [{ event: 'survey.answered' }], timeout: { value: 1, unit: 'day' }, next: 'which' },
        {
          id: 'which',
          type: 'branch',
          paths: [
            { name: '没说', when: { happened: { survey: 'nothing' } }, next: null },
            { name: '答过', when: { rule: { event: { event: 'survey.answered' } } }, next: 'tag' },
          ],
        },
        { id: 'tag', type: 'tag', tag, next: 'task' },
        { id: 'task', type: 'task', title: '跟进{{name|朋友}}', script: '{{name}}您好，我是{{employee}}', next: 'done' },
        { id: 'done', type: 'wait_for', happens: [{ task: 'task' }], timeout: { value: 3, unit: 'day' }, next: 'coupon' },
        { id: 'coupon', type: 'offer', offer: 'coupon', value: 'WELCOME', next: 'buy' },
        { id: 'buy', type: 'wait', for: { value: 7, unit: 'day' } },
      ],
    },
  })
  await api('POST', `journeys/${journey.id}/publish`, {})

  const { externalUserId } = await phone<{ externalUserId: string }>('POST', 'befriend', { corp: corpId, userId: member, name: '阿梅' })
  await until(async () => (await confirmAll()) && (await stepOf(journey.id)) === 'answer', 30_000)

  // The greeting is a mass message that waits for the colleague's finger.
  await until(async () => (await tasksOnPhone()).items.some(({ id }) => id.startsWith('mass-')), 30_000)
  await confirmAll()

  const [run] = (await runsOf(journey.id)).items
  // The questionnaire knows her by a name of its own.
  const identities: Identity[] = [
    { kind: 'wecom_external_userid', value: externalUserId, scope: corpId },
    { kind: 'person', value: 'amei' },
  ]
  await identify(workspace.ctx, identities)
  await api('POST', 'events', { events: [{ person: 'amei', event: 'survey.answered', properties: { survey: 'a lot' } }] })
  await until(async () => (await stepOf(journey.id)) === 'done', 30_000)
  const { items: tasks } = await api<{ items: { id: string; title: string; script: string }[] }>('GET', 'tasks?view=open&whose=team')
  expect(tasks.map(({ title, script }) => [title, script.startsWith('阿梅您好，我是')])).toEqual([['跟进阿梅', true]])
  await api('POST', 'tasks/completions', { ids: [tasks[0]?.id] })
  await until(async () => (await stepOf(journey.id)) === 'buy', 30_000)

  const at = new Date().toISOString()
  const line = { lineNo: 1, title: '礼盒', quantity: 1, unitPrice: '99.00', paid: '99.00' }
  const buyer = { externalUserId }
  await api('POST', 'orders', {
    orderNo: 'A1',
    status: 'paid',
    currency: 'CNY',
    createdAt: at,
    paidAt: at,
    updatedAt: at,
    buyer,
    lines: [line],
  })
  await until(async () => (await runsOf(journey.id)).items[0]?.state === 'left', 30_000)
  expect((await runsOf(journey.id)).items).toMatchObject([{ state: 'left', reason: 'goal' }])
  expect(await waysOf(journey.id)).toEqual([
    'greet next',
    'answer next',
    'which paths.1',
    'tag next',
    'task next',
    'done next',
    'coupon next',
    ' goal',
  ])
  const told = async () =>
    (await api<{ items: { name: string }[] }>('GET', `customers/${run?.customer.id}/timeline?limit=100`)).items.map(({ name }) => name)
  const once = ['journey.entered', 'message.sent', 'task.completed', 'offer.requested', 'journey.left']
  await until(async () => new Set(await told()).isSupersetOf(new Set(once)), 60_000)
  const names = await told()
  expect(once.map((one) => names.filter((name) => name === one).length)).toEqual([1, 1, 1, 1, 1])
})

test('a new friend is greeted in the words of a journey, comes into a stage, and the colleague hears of it; a code’s own words go first', {
  timeout: 120_000,
}, async () => {
  const { items: stages } = await api<{ items: { id: string }[] }>('GET', 'follow-ups/stages?whose=team')
  const journey = await api<{ id: string }>('POST', 'journeys', {
    name: '承接',
    draft: {
      entry: { by: 'event', event: 'customer.followed' },
      reentry: { policy: 'inactive' },
      start: 'known',
      steps: [
        { id: 'known', type: 'branch', paths: [{ name: '老友', when: { entry: { again: true } }, next: 'again' }], otherwise: 'greet' },
        { id: 'again', type: 'welcome', text: '又见面了，{{name}}' },
        { id: 'greet', type: 'welcome', text: '{{name|您}}好，我是{{employee}}', next: 'stage' },
        { id: 'stage', type: 'stage', stage: stages[0]?.id, next: 'notice' },
        { id: 'notice', type: 'notice', text: '{{name}}刚加了您' },
      ],
    },
  })
  await api('POST', `journeys/${journey.id}/publish`, {})
  const { items: colleagues } = await api<{ items: { id: string; accounts: { userId: string }[]; name: string }[] }>(
    'GET',
    'employees?limit=200',
  )
  const colleague = colleagues.find(({ accounts }) => accounts.some(({ userId }) => userId === member))
  const code = (name: string, welcome: object | null) =>
    api<{ configId: string }>('POST', 'live-codes', { name, employees: [{ employeeId: colleague?.id }], welcome })
  const [silent, speaking] = [await code('没有话', null), await code('有话', { text: '活码说话' })]

  const friend = await phone<Friend>('POST', 'scan', { code: silent.configId, name: '小满' })
  await until(async () => (await welcomes(friend)).length > 0, 20_000)
  expect(await welcomes(friend)).toEqual([`小满好，我是${colleague?.name}`])
  const passed = ['known otherwise', 'greet next', 'stage next', 'notice next']
  await until(async () => (await runsOf(journey.id)).items[0]?.state === 'done', 40_000)
  expect(await waysOf(journey.id)).toEqual(passed)
  const [run] = (await runsOf(journey.id)).items
  const { items: followUps } = await api<{ items: { stage: { id: string } }[] }>('GET', `follow-ups/customers/${run?.customer.id}`)
  expect(followUps.map(({ stage }) => stage.id)).toEqual([stages[0]?.id])
  await sendPlanned(workspace.ctx)
  await sendPlanned(workspace.ctx)
  const notices = (await shownTo(member)).filter(({ text }) => text?.startsWith('小满刚加了您'))
  expect(notices.map(({ text }) => text?.endsWith(`/customers/${run?.customer.id}`))).toEqual([true])

  await phone('POST', 'unfollow', { ...friend, by: 'customer' })
  await phone('POST', 'scan', { code: silent.configId, customer: friend.externalUserId })
  await until(async () => (await welcomes(friend)).length > 1, 20_000)
  expect((await welcomes(friend)).at(-1)).toBe('又见面了，小满')

  const other = await phone<Friend>('POST', 'scan', { code: speaking.configId, name: '大满' })
  await until(async () => (await runsOf(journey.id)).items.length === 3 && (await runsOf(journey.id)).items[0]?.state === 'done', 40_000)
  expect(await welcomes(other)).toEqual(['活码说话'])
  expect(await waysOf(journey.id)).toEqual(passed.toSpliced(2, 0, 'greet missed:greeted_otherwise'))
})

test('a greeting brings its picture, a message its link and picture; the page of a silent code names who greets; what is not there is refused by step', {
  timeout: 120_000,
}, async () => {
  // Of several journeys the oldest speaks.
  const { items: others } = await api<{ items: { id: string; state: string }[] }>('GET', 'journeys?state=running')
  for (const { id } of others) await api('POST', `journeys/${id}/stop`)
  const [picture, cover] = [
    await upload('春茶.png', 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
    await upload('封面.png', 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=='),
  ]
  const link = { kind: 'link', title: '春茶上新', url: 'https://tea.example/spring', description: '头采', picture: cover }
  const draft = (image: string) => ({
    entry: { by: 'event', event: 'customer.followed' },
    start: 'greet',
    steps: [
      { id: 'greet', type: 'welcome', text: '{{name}}好，看看春茶', attachments: [{ kind: 'image', file: image }], next: 'tell' },
      { id: 'tell', type: 'message', attachments: [link, { kind: 'image', file: image }], kind: 'service' },
    ],
  })
  const { id } = await api<{ id: string }>('POST', 'journeys', { name: '春茶', draft: draft('fil_gone') })
  await expect(api('POST', `journeys/${id}/publish`, {})).rejects.toThrow(
    /422 .*"code":"file\.not_found".*"field":"steps\.0\.attachments\.0\.file"/,
  )
  const { items: issues } = await api<{ items: { step: string; field: string; code: string }[] }>('POST', 'journeys/check', {
    draft: draft('fil_gone'),
  })
  expect(issues.map(({ step, field, code }) => [step, field, code])).toEqual([
    ['greet', 'attachments.0.file', 'file.not_found'],
    ['tell', 'attachments.1.file', 'file.not_found'],
  ])
  await api('PATCH', `journeys/${id}`, { draft: draft(picture) })
  await api('POST', `journeys/${id}/publish`, {})

  const { items: codes } = await api<{ items: { id: string; name: string; configId: string }[] }>('GET', 'live-codes')
  const greeters = async (name: string) => {
    const code = codes.find((one) => one.name === name)
    const { welcomeFrom, greetedBy } = await api<{ welcomeFrom: string | null; greetedBy: object[] }>('GET', `live-codes/${code?.id}`)
    return { welcomeFrom, greetedBy }
  }
  expect(await greeters('没有话')).toEqual({ welcomeFrom: null, greetedBy: [{ id, name: '春茶' }] })
  expect(await greeters('有话')).toEqual({ welcomeFrom: 'code', greetedBy: [] })

  const silent = codes.find(({ name }) => name === '没有话')
  const friend = await phone<Friend>('POST', 'scan', { code: silent?.configId, name: '小寒' })
  await until(async () => (await received(friend, 'welcome')).length > 1, 20_000)
  expect(await received(friend, 'welcome')).toEqual([
    { kind: 'text', text: '小寒好，看看春茶' },
    { kind: 'image', imageUrl: expect.stringMatching(/^http/) },
  ])
  await until(async () => (await confirmAll()) && (await received(friend, 'mass')).length > 1, 40_000)
  expect(await received(friend, 'mass')).toEqual([
    { kind: 'link', title: '春茶上新', url: 'https://tea.example/spring', description: '头采', imageUrl: expect.stringMatching(/^http/) },
    { kind: 'image', imageUrl: expect.stringMatching(/^http/) },
  ])
  await until(async () => (await runsOf(id)).items[0]?.state === 'done', 40_000)
  expect(await waysOf(id)).toEqual(['greet next', 'tell next'])
})

/** What the friend's phone shows of this origin, as it is shown. */
const received = async ({ externalUserId }: Friend, source: string): Promise<object[]> =>
  (await phone<Inbox>('GET', `inbox/${externalUserId}`)).items.flatMap((item) => {
    const { kind, text, title, url, description, imageUrl } = item
    return item.source === source ? [JSON.parse(JSON.stringify({ kind, text, title, url, description, imageUrl }))] : []
  })

async function upload(name: string, base64: string): Promise<string> {
  const body = new FormData()
  body.set('file', new File([Buffer.from(base64, 'base64')], name))
  const response = await fetch(`${workspace.url}/api/v1/files`, {
    method: 'POST',
    headers: { authorization: `Bearer ${workspace.apiKey}` },
    body,
  })
  expect(response.status).toBe(201)
  return ((await response.json()) as { id: string }).id
}

type Friend = { externalUserId: string; userId: string }

const welcomes = async ({ externalUserId }: Friend): Promise<(string | undefined)[]> =>
  (await phone<Inbox>('GET', `inbox/${externalUserId}`)).items.flatMap(({ source, text }) => (source === 'welcome' ? [text] : []))

const shownTo = async (userId: string) => (await phone<Inbox>('GET', `chat?userId=${userId}&limit=200`)).items

type Inbox = {
  items: ({ source: string; kind: string } & Partial<Record<'text' | 'title' | 'url' | 'description' | 'imageUrl', string>>)[]
}

/** What the newest of a journey passed, way by way. */
async function waysOf(journey: string): Promise<string[]> {
  const [run] = (await runsOf(journey)).items
  const { turns } = await api<{ turns: { passed: { step: string; way?: string }[] }[] }>('GET', `journeys/runs/${run?.id}`)
  return turns.flatMap(({ passed }) => passed.flatMap(({ step, way }) => (way ? [`${step} ${way}`] : [])))
}

const tasksOnPhone = () => phone<{ items: { id: string }[] }>('GET', `tasks/${member}`)

/** What waits on the colleague's phone: a new friend, a message to be sent. */
async function confirmAll(): Promise<true> {
  for (const { id } of (await tasksOnPhone()).items) await phone('POST', `tasks/${id}/confirm`)
  return true
}

type Runs = { items: { id: string; state: string; reason: string | null; step: string | null; customer: { id: string } }[] }
const runsOf = (journey: string) => api<Runs>('GET', `journeys/${journey}/runs`)
const stepOf = async (journey: string) => (await runsOf(journey)).items[0]?.step

async function api<T>(method: string, path: string, body?: object): Promise<T> {
  const response = await fetch(`${workspace.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${workspace.apiKey}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${answer}`)
  return (answer === '' ? undefined : JSON.parse(answer)) as T
}

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)
