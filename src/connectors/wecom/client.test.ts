import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createLogger } from '#platform/log.ts'
import { callWecom } from './client.ts'
import { type Connection, openConnection, type WecomApp } from './connection.ts'
import { listContactIds, listContacts } from './contacts.ts'
import { WecomError, WecomUnreachable } from './errors.ts'
import { uploadMedia } from './media.ts'
import { authorizeUrl, qrLoginUrl, readVisitor } from './oauth.ts'
import { pages } from './paging.ts'
import { sendWelcome } from './welcome.ts'

/** The sandbox behaves like WeCom; this line misbehaves on command, which the sandbox does not. */
type Reply = Record<string, unknown> | number | 'hang up' | ((request: Seen) => Record<string, unknown>)
type Seen = { path: string; query: URLSearchParams; body: string; contentType: string | undefined }

let server: Server
let replies: Record<string, Reply[]>
let seen: Seen[]
let slept: number[]
let connection: Connection
let app: WecomApp
let tokens = 0

/** A token nobody has to ask for. */
const held: Connection['tokens'] = {
  read: async () => ({ token: 'held', expiresAt: new Date(Date.now() + 3_600_000) }),
  renew: () => Promise.reject(new Error('not needed')),
}

const sentTo = (path: string) => seen.filter((one) => one.path === path)

beforeEach(async () => {
  replies = {}
  seen = []
  slept = []
  tokens = 0
  server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  connection = openConnection({
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: createLogger('silent', 'test'),
    timeoutMs: 300,
    sleep: async (ms) => {
      slept.push(ms)
    },
  })
  app = { connection, tenantId: 1, corpId: 'ww1', secret: 'top-secret', agentId: 7 }
})

afterEach(() => new Promise((resolve) => server.close(resolve)))

async function answer(request: IncomingMessage, response: ServerResponse) {
  const url = new URL(request.url ?? '/', 'http://x')
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part)
  const one = {
    path: url.pathname.replace('/cgi-bin/', ''),
    query: url.searchParams,
    body: Buffer.concat(parts).toString('utf8'),
    contentType: request.headers['content-type'],
  }
  seen.push(one)
  const queue = replies[one.path]
  const reply = (queue && queue.length > 1 ? queue.shift() : queue?.[0]) ?? standard(one)
  if (reply === 'hang up') return request.socket.destroy()
  if (typeof reply === 'number') return response.writeHead(reply).end('<html>gateway</html>')
  response
    .writeHead(200, { 'Content-Type': 'application/json; charset=UTF-8' })
    .end(JSON.stringify(typeof reply === 'function' ? reply(one) : reply))
}

const standard = (one: Seen) =>
  one.path === 'gettoken' ? { errcode: 0, access_token: `token${++tokens}`, expires_in: 7200 } : { errcode: 0, errmsg: 'ok' }

const failed = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => expect.unreachable(),
    (error: unknown) => error,
  )

describe('the token', () => {
  test('is fetched once for many calls and used by all', async () => {
    await Promise.all(Array.from({ length: 30 }, () => callWecom(app, 'getcallbackip')))
    expect(sentTo('gettoken')).toHaveLength(1)
    expect(new Set(sentTo('getcallbackip').map((one) => one.query.get('access_token')))).toEqual(new Set(['token1']))
  })

  test.each([40014, 42001, 40001])('is replaced once for all when WeCom answers %i', async (errcode) => {
    await callWecom(app, 'getcallbackip')
    replies.getcallbackip = [
      (one) => (one.query.get('access_token') === 'token1' ? { errcode, errmsg: 'invalid' } : { errcode: 0, ip_list: ['1.1.1.1'] }),
    ]
    const answers = await Promise.all(Array.from({ length: 20 }, () => callWecom(app, 'getcallbackip')))
    expect(answers.every((one) => one.ip_list?.length === 1)).toBe(true)
    expect(sentTo('gettoken')).toHaveLength(2)
  })

  test('is replaced at most once for a call: a corp that refuses every token ends in an error, not in a loop', async () => {
    replies.getcallbackip = [{ errcode: 40014, errmsg: 'invalid access_token' }]
    expect(await failed(callWecom(app, 'getcallbackip'))).toMatchObject({ errcode: 40014 })
    expect(sentTo('getcallbackip')).toHaveLength(2)
    expect(sentTo('gettoken')).toHaveLength(2)
  })

  test('of a wrong secret is not asked for again and again', async () => {
    replies.gettoken = [{ errcode: 40001, errmsg: 'invalid credential, hint: [1], from ip: 1.2.3.4, more info at x' }]
    const error = await failed(callWecom(app, 'getcallbackip'))
    expect(error).toMatchObject({ endpoint: 'gettoken', errcode: 40001, ip: '1.2.3.4', hint: '1' })
    for (let call = 0; call < 5; call++) await failed(callWecom(app, 'getcallbackip'))
    expect(sentTo('gettoken')).toHaveLength(1)
    expect(await callWecom({ ...app, secret: 'right' }, 'getcallbackip').catch((other) => other)).toMatchObject({ errcode: 40001 })
    expect(sentTo('gettoken')).toHaveLength(2)
  })
})

describe('a call', () => {
  test('is tried again when WeCom is busy and twice is like once', async () => {
    replies['externalcontact/get_follow_user_list'] = [
      { errcode: -1, errmsg: 'system busy' },
      502,
      'hang up',
      { errcode: 0, follow_user: ['lisi'] },
    ]
    expect((await callWecom(app, 'externalcontact/get_follow_user_list')).follow_user).toEqual(['lisi'])
    expect(slept).toHaveLength(3)
    expect(slept[0]).toBeGreaterThanOrEqual(200)
    expect(slept[2]).toBeGreaterThanOrEqual(800)
  })

  test('that must not happen twice is not', async () => {
    replies['externalcontact/add_contact_way'] = ['hang up']
    const body = { type: 1, scene: 2, user: ['lisi'] }
    expect(await failed(callWecom(app, 'externalcontact/add_contact_way', { body }))).toBeInstanceOf(WecomUnreachable)
    replies['externalcontact/add_contact_way'] = [{ errcode: -1, errmsg: 'busy' }]
    expect(await failed(callWecom(app, 'externalcontact/add_contact_way', { body }))).toMatchObject({ errcode: -1 })
    expect(sentTo('externalcontact/add_contact_way')).toHaveLength(2)
  })

  test('that WeCom refused for being one too many at a time may come again, whatever it does', async () => {
    replies['externalcontact/add_contact_way'] = [
      { errcode: 45033, errmsg: 'api concurrent out of limit' },
      { errcode: 0, config_id: 'c1' },
    ]
    expect((await callWecom(app, 'externalcontact/add_contact_way', { body: { type: 1, scene: 2 } })).config_id).toBe('c1')
  })

  test('over the rate makes this api rest and tells when to come back', async () => {
    replies['externalcontact/list'] = [{ errcode: 45009, errmsg: 'api freq out of limit' }]
    expect(await failed(callWecom(app, 'externalcontact/list', { query: { userid: 'lisi' } }))).toMatchObject({
      errcode: 45009,
      retryAfterMs: 60_000,
    })
    const second = await failed(callWecom(app, 'externalcontact/list', { query: { userid: 'lisi' } }))
    expect(second).toMatchObject({ code: 'wecom.rate_limited', errcode: 45009 })
    expect(sentTo('externalcontact/list')).toHaveLength(1)
    await callWecom(app, 'getcallbackip')
  })

  test('beyond a documented bound is refused here, with the field', async () => {
    const error = await failed(
      callWecom(app, 'externalcontact/remark', { body: { userid: 'a', external_userid: 'b', remark: '字'.repeat(21) } }),
    )
    expect(error).toMatchObject({ code: 'wecom.bad_request', field: 'remark' })
    const nested = failed(callWecom(app, 'externalcontact/add_corp_tag', { body: { tag: [{ name: 'ok' }, { name: 'x'.repeat(31) }] } }))
    expect(await nested).toMatchObject({ field: 'tag.1.name' })
    const bytes = failed(
      callWecom(app, 'externalcontact/send_welcome_msg', { body: { welcome_code: 'c', text: { content: '中'.repeat(1334) } } }),
    )
    expect(await bytes).toMatchObject({ field: 'text.content' })
    expect(seen).toEqual([])
  })

  test('that hangs ends after its time', async () => {
    server.removeAllListeners('request')
    server.on('request', () => undefined)
    expect(await failed(callWecom(app, 'getcallbackip'))).toMatchObject({
      code: 'wecom.unreachable',
      message: expect.stringContaining('timeout'),
    })
    server.closeAllConnections()
  })

  test('may be given less time than others', async () => {
    server.removeAllListeners('request')
    server.on('request', () => undefined)
    const startedAt = Date.now()
    await failed(
      callWecom(
        { ...app, connection: { ...connection, timeoutMs: 60_000, tokens: held } },
        'externalcontact/add_contact_way',
        { body: { type: 1, scene: 2 } },
        { timeoutMs: 50 },
      ),
    )
    expect(Date.now() - startedAt).toBeLessThan(5_000)
    server.closeAllConnections()
  })

  test('never shows the token or the secret in an error', async () => {
    replies.getcallbackip = [404]
    const error = await failed(callWecom(app, 'getcallbackip'))
    expect(JSON.stringify(error) + String(error) + (error as Error).stack).not.toMatch(/token1|top-secret/)
  })

  test('whose answer has another shape is an error and not an undefined later', async () => {
    replies['externalcontact/add_contact_way'] = [{ errcode: 0, errmsg: 'ok' }]
    expect(await failed(callWecom(app, 'externalcontact/add_contact_way', { body: { type: 1, scene: 2 } }))).toMatchObject({
      code: 'wecom.unexpected_answer',
      details: { at: 'config_id' },
    })
  })

  test('sends plain UTF-8', async () => {
    await callWecom(app, 'externalcontact/remark', { body: { userid: 'a', external_userid: 'b', remark: '老王🎉' } })
    expect(sentTo('externalcontact/remark')[0]?.body).toContain('老王🎉')
  })
})

describe('lists', () => {
  test('of a member without customers are empty', async () => {
    replies['externalcontact/list'] = [{ errcode: 84061, errmsg: 'not external contact', external_userid: [] }]
    expect(await listContactIds(app, 'lisi')).toEqual([])
  })

  test('come page after page, a hundred members at a time', async () => {
    replies['externalcontact/batch/get_by_user'] = [
      (one) => {
        const { cursor } = JSON.parse(one.body)
        const external_contact_list = [
          { external_contact: { external_userid: cursor ? 'wm2' : 'wm1' }, follow_info: { userid: 'a', tag_id: ['et1'] } },
        ]
        return { errcode: 0, external_contact_list, next_cursor: cursor ? '' : 'more' }
      },
    ]
    const found = []
    for await (const one of listContacts(
      app,
      Array.from({ length: 150 }, (_, index) => `u${index}`),
    ))
      found.push(one.external_contact.external_userid)
    expect(found).toEqual(['wm1', 'wm2', 'wm1', 'wm2'])
    const sizes = sentTo('externalcontact/batch/get_by_user').map((one) => JSON.parse(one.body).userid_list.length)
    expect(sizes).toEqual([100, 100, 50, 50])
  })

  test('end when a cursor does not move', async () => {
    const found = []
    for await (const item of pages(async () => ({ items: [1], next: 'same' }))) found.push(item)
    expect(found).toEqual([1, 1])
  })
})

describe('a welcome', () => {
  const inTwentySeconds = () => new Date(Date.now() + 20_000)
  const hello = { text: { content: 'hello' } }

  test('is asked again while another app is sending', async () => {
    replies['externalcontact/send_welcome_msg'] = [{ errcode: 41096, errmsg: '' }, { errcode: 41096, errmsg: '' }, { errcode: 0 }]
    expect(await sendWelcome(app, 'CODE', hello, inTwentySeconds())).toBe('sent')
    expect(sentTo('externalcontact/send_welcome_msg')).toHaveLength(3)
  })

  test.each([
    [41050, 'late'],
    [41051, 'greeted_by_another'],
    [41053, 'no_consent'],
  ])('ends at %i as %s', async (errcode, outcome) => {
    replies['externalcontact/send_welcome_msg'] = [{ errcode, errmsg: '' }]
    expect(await sendWelcome(app, 'CODE', hello, inTwentySeconds())).toBe(outcome)
    expect(sentTo('externalcontact/send_welcome_msg')).toHaveLength(1)
  })

  test('is over when the twenty seconds are', async () => {
    replies['externalcontact/send_welcome_msg'] = [{ errcode: 41096, errmsg: '' }]
    expect(await sendWelcome(app, 'CODE', hello, new Date(Date.now() - 1))).toBe('greeted_by_another')
  })
})

describe('a file', () => {
  test('keeps its Chinese name in raw UTF-8', async () => {
    replies['media/upload'] = [{ errcode: 0, type: 'file', media_id: 'm1', created_at: '1380000000' }]
    const stored = await uploadMedia(app, 'file', {
      fileName: '中文"报价.pdf',
      contentType: 'application/pdf',
      bytes: Buffer.from('%PDF-1.7'),
    })
    expect(stored).toEqual({ mediaId: 'm1', createdAt: 1380000000 })
    const [sent] = sentTo('media/upload')
    expect(sent?.query.get('type')).toBe('file')
    expect(sent?.contentType).toMatch(/^multipart\/form-data; boundary=/)
    expect(sent?.body).toContain('name="media"; filename="中文_报价.pdf"')
    expect(sent?.body).toContain('\r\n\r\n%PDF-1.7\r\n--')
  })

  test('of a size WeCom does not take is refused here', async () => {
    const tiny = { fileName: 'a', contentType: 'image/png', bytes: Buffer.from('12345') }
    expect(await failed(uploadMedia(app, 'image', tiny))).toMatchObject({ field: 'file' })
    const long = { fileName: 'a', contentType: 'audio/amr', bytes: Buffer.alloc(2 * 1024 * 1024 + 1) }
    expect(await failed(uploadMedia(app, 'voice', long))).toMatchObject({ field: 'file' })
  })
})

describe('logging in', () => {
  test('leads to the pages of the configured addresses', () => {
    const back = { redirectUri: 'https://a.cn/b?c=d', state: 's&t' }
    expect(authorizeUrl(app, back)).toBe(
      'https://open.weixin.qq.com/connect/oauth2/authorize?appid=ww1&redirect_uri=https%3A%2F%2Fa.cn%2Fb%3Fc%3Dd&response_type=code&scope=snsapi_base&state=s%26t&agentid=7#wechat_redirect',
    )
    expect(qrLoginUrl({ ...app, connection: { ...connection, loginUrl: 'http://127.0.0.1:9' } }, back)).toBe(
      'http://127.0.0.1:9/wwlogin/sso/login?login_type=CorpApp&appid=ww1&agentid=7&redirect_uri=https%3A%2F%2Fa.cn%2Fb%3Fc%3Dd&state=s%26t',
    )
  })

  test('tells members from customers, in the old spelling too', async () => {
    replies['auth/getuserinfo'] = [
      { errcode: 0, userid: 'lisi', user_ticket: 'T' },
      { errcode: 0, UserId: 'wang' },
      { errcode: 0, openid: 'o1', external_userid: 'wm1' },
      { errcode: 40029, errmsg: 'invalid code' },
    ]
    expect(await readVisitor(app, 'c')).toEqual({ userId: 'lisi', ticket: 'T' })
    expect(await readVisitor(app, 'c')).toEqual({ userId: 'wang', ticket: undefined })
    expect(await readVisitor(app, 'c')).toEqual({ openId: 'o1', externalUserId: 'wm1' })
    const error = await failed(readVisitor(app, 'c'))
    expect(error).toBeInstanceOf(WecomError)
    expect(error).toMatchObject({ reaction: 'restart_login' })
  })
})
