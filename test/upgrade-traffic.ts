import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { signBody } from '#platform/signature.ts'

/** What the doors have acknowledged, and everything that went wrong. */
export type Ledger = {
  events: Set<string>
  /** Order number → what was paid, minor units. */
  orders: Map<string, number>
  /** Customer → the last name it was given. */
  names: Map<string, string>
  imports: number
  reads: number
  faults: string[]
}

export type Traffic = {
  ledger: Ledger
  /** Sends everything new there, one after the other; resolves when nothing is under way anywhere else. */
  moveTo(urls: readonly string[]): Promise<void>
  stop(): Promise<Ledger>
}

type Door = { ledger: Ledger; call(path: string, init?: Call): Promise<Answer | undefined> }
type Call = { method?: string; json?: unknown; form?: FormData; text?: string; headers?: Record<string, string> }
type Answer = Record<string, unknown>
type Shop = { id: string; secret: string }

/**
 * Events, an order webhook, imports, edits and pages, side by side through the outer contract, each sender waiting for its
 * answer. Nothing is sent twice: whatever is not a good answer is a fault.
 */
export async function startTraffic(url: string, key: string): Promise<Traffic> {
  const ledger: Ledger = { events: new Set(), orders: new Map(), names: new Map(), imports: 0, reads: 0, faults: [] }
  const underWay = new Map<string, number>()
  let urls: readonly string[] = [url]
  let turn = 0
  const call = async (path: string, init: Call = {}): Promise<Answer | undefined> => {
    const base = urls[turn++ % urls.length] ?? url
    underWay.set(base, (underWay.get(base) ?? 0) + 1)
    try {
      return await ask(base, key, path, init)
    } catch (error) {
      ledger.faults.push(`${base} ${init.method ?? 'GET'} ${path}: ${(error as Error).message}`)
      return undefined
    } finally {
      underWay.set(base, (underWay.get(base) ?? 0) - 1)
    }
  }
  const door: Door = { ledger, call }
  const shop = (await call('/api/v1/shops', { method: 'POST', json: { name: '升级商店' } })) as Shop | undefined
  if (!shop) throw new Error(`no shop: ${ledger.faults}`)
  const customers = await Promise.all(
    ['甲', '乙', '丙', '丁'].map(async (name) => String((await call('/api/v1/customers', { method: 'POST', json: { name } }))?.id)),
  )
  const stop = new AbortController()
  const keepDoing = async (act: (n: number) => Promise<void>, pauseMs: number) => {
    for (let n = 1; !stop.signal.aborted; n++) {
      await act(n)
      await sleep(pauseMs)
    }
  }
  const senders = [
    keepDoing(() => sendEvents(door), 15),
    keepDoing(() => sendEvents(door), 15),
    keepDoing((n) => sendOrder(door, shop, n), 30),
    keepDoing((n) => importOrders(door, n), 50),
    keepDoing((n) => rename(door, customers[n % customers.length] ?? '', n), 30),
    keepDoing((n) => readPages(door, customers[n % customers.length] ?? ''), 50),
  ]
  return {
    ledger,
    moveTo: async (next) => {
      urls = next
      while ([...underWay].some(([base, open]) => open > 0 && !next.includes(base))) await sleep(10)
    },
    stop: async () => {
      stop.abort()
      await Promise.all(senders)
      return ledger
    },
  }
}

async function ask(base: string, key: string, path: string, { method, json, form, text, headers }: Call): Promise<Answer> {
  const body = form ?? text ?? (json === undefined ? undefined : JSON.stringify(json))
  const response = await fetch(`${base}${path}`, {
    method: method ?? 'GET',
    headers: { Authorization: `Bearer ${key}`, ...(form ? {} : { 'Content-Type': 'application/json' }), ...headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(30_000),
  })
  const answer = await response.text()
  if (!response.ok) throw new Error(`${response.status} ${answer.slice(0, 300)}`)
  return JSON.parse(answer) as Answer
}

async function sendEvents({ ledger, call }: Door): Promise<void> {
  const events = Array.from({ length: 5 }, (_, i) => ({
    id: randomUUID(),
    person: `visitor-${i}`,
    event: 'upgrade.sent',
    properties: { i },
  }))
  const receipt = await call('/api/v1/events', { method: 'POST', json: { events } })
  if (!receipt) return
  if (receipt.accepted !== events.length) ledger.faults.push(`events: ${JSON.stringify(receipt)}`)
  for (const { id } of events) ledger.events.add(id)
}

async function sendOrder({ ledger, call }: Door, shop: Shop, n: number): Promise<void> {
  const orderNo = `hook-${n}`
  const at = new Date().toISOString()
  const text = JSON.stringify({
    orderNo,
    status: 'paid',
    currency: 'CNY',
    createdAt: at,
    paidAt: at,
    updatedAt: at,
    buyer: { memberNo: `member-${n % 20}`, name: `会员 ${n % 20}` },
    lines: [{ lineNo: 1, productCode: 'P1', title: '面霜', quantity: 1, unitPrice: `${n}.05` }],
  })
  const headers = { 'Liuliang-Signature': signBody(shop.secret, text, new Date()) }
  if (await call(`/hooks/orders/${shop.id}`, { method: 'POST', text, headers })) ledger.orders.set(orderNo, n * 100 + 5)
}

const mapping = {
  columns: {
    order_no: 'no',
    paid_at: 'at',
    'customer.member_no': 'member',
    'line.product_code': 'code',
    'line.title': 'title',
    'line.quantity': 'count',
    'line.unit_price': 'price',
  },
  timezone: 'Asia/Shanghai',
  currency: 'CNY',
}

const importMs = 45_000

/** Forty orders of two lines each; goes on when they are in. */
async function importOrders({ ledger, call }: Door, n: number): Promise<void> {
  const numbers = Array.from({ length: 40 }, (_, i) => `file-${n}-${i}`)
  const rows = numbers.flatMap((no, i) => [
    `${no},2026-05-01 10:00:00,member-${i % 20},A,口红,1,10.00`,
    `${no},2026-05-01 10:00:00,member-${i % 20},B,面膜,2,2.50`,
  ])
  const form = new FormData()
  form.set('kind', 'orders')
  form.set('mapping', JSON.stringify(mapping))
  form.set('file', new Blob([['no,at,member,code,title,count,price', ...rows].join('\n')]), `orders-${n}.csv`)
  const started = await call('/api/v1/imports', { method: 'POST', form })
  const giveUpAt = Date.now() + importMs
  for (let view: Answer | undefined = started; view; await sleep(100)) {
    view = await call(`/api/v1/imports/${started?.id}`)
    if ((view?.state === 'waiting' || view?.state === 'running') && Date.now() < giveUpAt) continue
    const imported = (view?.counts as { imported?: number } | undefined)?.imported
    if (view?.state !== 'done' || imported !== rows.length) ledger.faults.push(`import: ${JSON.stringify(view)}`)
    ledger.imports++
    for (const no of numbers) ledger.orders.set(no, 1500)
    return
  }
}

/** The answer already shows the change: the list's row is worked out by functions of the database. */
async function rename({ ledger, call }: Door, customer: string, n: number): Promise<void> {
  const name = `客户 ${n}`
  const changed = await call(`/api/v1/customers/${customer}`, { method: 'PATCH', json: { name } })
  if (!changed) return
  if (changed.name !== name) ledger.faults.push(`customer ${customer} shows ${changed.name} after ${name}`)
  ledger.names.set(customer, name)
}

const trend = { type: 'trend', dateFrom: '2026-05-01', dateTo: '2026-05-31', series: [{ event: 'order.paid', measure: 'count' }] }

async function readPages({ ledger, call }: Door, customer: string): Promise<void> {
  const pages: [string, Call?][] = [
    ['/api/v1/customers?q=%E5%AE%A2%E6%88%B7'],
    [`/api/v1/customers/${customer}`],
    [`/api/v1/customers/${customer}/timeline`],
    ['/api/v1/orders'],
    ['/api/v1/overview?from=2026-05-01&to=2026-05-31'],
    ['/api/v1/operations'],
    ['/api/v1/reports/run', { method: 'POST', json: { report: trend } }],
    ['/readyz'],
  ]
  for (const [path, init] of pages) if (await call(path, init)) ledger.reads++
}
