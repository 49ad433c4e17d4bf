import { readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSandbox } from './server.ts'
import { startTestSandbox, type TestSandbox } from './testing.ts'

let it: TestSandbox
beforeAll(async () => {
  it = await startTestSandbox()
})
afterAll(() => it.stop())

const put = (path: string, body: unknown) => it.control('PUT', path, body)

describe('the form of an error', () => {
  test('is HTTP 200 with code, hint, ip, link, and both headers', async () => {
    const response = await fetch(`${it.url}/cgi-bin/user/get?userid=nobody&access_token=${await it.token()}`)
    const body = (await response.json()) as { errcode: number; errmsg: string }
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('application/json; charset=UTF-8')
    expect(response.headers.get('error-code')).toBe('60111')
    expect(response.headers.get('error-msg')).toBe('userid not found')
    expect(body.errcode).toBe(60111)
    expect(body.errmsg).toMatch(
      /^userid not found, hint: \[(\d{25}|\d+_\d+_[0-9a-f]{32})\], from ip: 127\.0\.0\.1, more info at https:\/\/open\.work\.weixin\.qq\.com\/devtool\/query\?e=60111$/,
    )
  })

  test('keeps the list field, empty', async () => {
    expect(await it.api('externalcontact/list?userid=zhoumin123')).toMatchObject({ errcode: 60111, external_userid: [] })
  })

  test('a member without customers answers 84061, not an empty list', async () => {
    await it.control('POST', '/employees', { userId: 'fresh', name: '新人' })
    expect(await it.api('externalcontact/list?userid=fresh')).toMatchObject({ errcode: 84061, external_userid: [] })
  })

  test('names the field that is too long, and counts characters instead of bytes', async () => {
    const ok = await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['lina'], remark: '长'.repeat(30) })
    expect(ok.errcode).toBe(0)
    const bad = await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['lina'], remark: '长'.repeat(31) })
    expect(bad.errcode).toBe(40058)
    expect(bad.errmsg).toMatch(/^remark exceed max utf8 words 30\. invalid Request Parameter, hint: /)
  })

  test('a value of the wrong type counts as absent and is warned about', async () => {
    const answer = await it.api('externalcontact/get_corp_tag_list', { tag_id: 'not a list' })
    expect(answer.errcode).toBe(0)
    expect(answer.errmsg).toBe('Warning: wrong json format. ok')
  })

  test('a body that is no JSON counts as empty', async () => {
    const response = await fetch(`${it.url}/cgi-bin/externalcontact/remark?access_token=${await it.token()}`, {
      method: 'POST',
      body: '{"userid": ',
    })
    const body = (await response.json()) as { errcode: number; errmsg: string }
    expect(body.errcode).toBe(40058)
    expect(body.errmsg).toContain('missing userid')
  })

  test.each([
    ['nested fifty thousand deep', '['.repeat(50_000) + ']'.repeat(50_000)],
    ['a deep value under a known name', `{"userid":${'['.repeat(50_000)}${']'.repeat(50_000)}}`],
    ['ten megabytes of nothing', `{"userid":"${'x'.repeat(10_000_000)}"}`],
    ['null', 'null'],
  ])('a body that is %s is refused, and the next call is answered', async (_, body) => {
    const response = await fetch(`${it.url}/cgi-bin/externalcontact/remark?access_token=${await it.token()}`, { method: 'POST', body })
    expect(((await response.json()) as { errcode: number }).errcode).toBe(40058)
    expect((await it.api('getcallbackip')).errcode).toBe(0)
  })

  test('escaped characters in the body are 40033', async () => {
    const response = await fetch(`${it.url}/cgi-bin/externalcontact/add_corp_tag?access_token=${await it.token()}`, {
      method: 'POST',
      body: '{"group_name":"\\u7559\\u91cf","tag":[{"name":"a"}]}',
    })
    expect(((await response.json()) as { errcode: number }).errcode).toBe(40033)
  })

  test('GET and POST are not interchangeable', async () => {
    expect((await it.api('externalcontact/get_corp_tag_list')).errcode).toBe(43002)
    expect((await it.api('externalcontact/get_follow_user_list', {})).errcode).toBe(43001)
  })

  test('an unknown path is a plain 404', async () => {
    expect((await fetch(`${it.url}/cgi-bin/no/such/api?access_token=${await it.token()}`)).status).toBe(404)
  })
})

describe('tokens', () => {
  const dead = async (token: string) => {
    const ask = async () =>
      (await (await fetch(`${it.url}/cgi-bin/getcallbackip?access_token=${token}`)).json()) as { errcode: number; ip_list: string[] }
    return [await ask(), await ask()]
  }

  test('asking again gives the same one, and another secret another one', async () => {
    expect(await it.token()).toBe(await it.token())
    expect(await it.token(it.corp.contactSecret)).not.toBe(await it.token())
  })

  test('wrong secret, wrong corp, missing and unknown token have their own codes', async () => {
    const ask = async (path: string) => ((await (await fetch(`${it.url}/cgi-bin/${path}`)).json()) as { errcode: number }).errcode
    expect(await ask(`gettoken?corpid=${it.corp.corpId}&corpsecret=wrong`)).toBe(40001)
    expect(await ask(`gettoken?corpid=wwnothere&corpsecret=${it.corp.secret}`)).toBe(40013)
    expect(await ask('getcallbackip')).toBe(41001)
    expect(await ask('getcallbackip?access_token=made-up')).toBe(40014)
  })

  test('one that was taken back answers 40014 and 42001 in turn, with the empty list', async () => {
    const token = await it.token()
    await it.control('POST', '/tokens/revoke', {})
    const answers = await dead(token)
    expect(answers.map((answer) => answer.errcode).sort()).toEqual([40014, 42001])
    expect(answers[0]?.ip_list).toEqual([])
    expect(await it.token()).not.toBe(token)
  })

  test('ends after two hours of the sandbox clock', async () => {
    const token = await it.token()
    await put('/clock', { advanceSeconds: 7195 })
    expect(await it.token()).toBe(token)
    await put('/clock', { advanceSeconds: 10 })
    expect((await dead(token)).map((answer) => answer.errcode).sort()).toEqual([40014, 42001])
    expect(await it.token()).not.toBe(token)
  })

  test('each secret may do only its own: 48002 elsewhere', async () => {
    const ask = async (secret: string | undefined, path: string, body?: unknown) => {
      const response = await fetch(
        `${it.url}/cgi-bin/${path}?access_token=${await it.token(secret)}`,
        body ? { method: 'POST', body: JSON.stringify(body) } : {},
      )
      return ((await response.json()) as { errcode: number }).errcode
    }
    expect(await ask(it.corp.secret, 'user/list_id', {})).toBe(48002)
    expect(await ask(it.corp.directorySecret, 'user/list_id', {})).toBe(0)
    expect(await ask(it.corp.directorySecret, 'externalcontact/get_follow_user_list')).toBe(48002)
    expect(await ask(it.corp.contactSecret, 'externalcontact/get_follow_user_list')).toBe(0)
    expect(await ask(it.corp.contactSecret, 'message/send', { agentid: 1, msgtype: 'text' })).toBe(48002)
  })
})

describe('visible range and trusted addresses', () => {
  const agent = () => `/corps/${it.corp.corpId}/agents/${it.corp.agentId}`

  test('members outside are 60011 and left out of lists', async () => {
    await put(agent(), { visibleParties: [2] })
    expect((await it.api('user/get?userid=wanglei')).errcode).toBe(0)
    expect((await it.api('user/get?userid=sunli')).errcode).toBe(60011)
    expect((await it.api('externalcontact/get_follow_user_list')).follow_user).toEqual(expect.not.arrayContaining(['sunli']))
    expect((await it.api('department/simplelist')).department_id).toEqual([{ id: 2, parentid: 1, order: 400 }])
    await put(agent(), { visibleParties: [1] })
    expect((await it.api('user/get?userid=sunli')).errcode).toBe(0)
  })

  test('a function that was taken away is 48002, and the others stay', async () => {
    await put(agent(), { closed: ['groups'] })
    expect((await it.api('externalcontact/groupchat/list', { limit: 1 })).errcode).toBe(48002)
    expect((await it.api('externalcontact/get_corp_tag_list', {})).errcode).toBe(0)
    await put(agent(), { closed: [] })
    expect((await it.api('externalcontact/groupchat/list', { limit: 1 })).errcode).toBe(0)
  })

  test('a caller from elsewhere is 60020 and sees its address in the message', async () => {
    await put(agent(), { trustedIps: ['10.1.2.3'] })
    const answer = await it.api('getcallbackip')
    expect(answer.errcode).toBe(60020)
    expect(answer.errmsg).toContain('from ip: 127.0.0.1')
    await put(agent(), { trustedIps: [] })
  })
})

describe('limits', () => {
  test('the minute of one api fills up, blocks for a minute, and leaves other apis alone', async () => {
    await put('/clock', { advanceSeconds: 61 })
    await put('/settings', { limits: { corpPerMinute: 3 } })
    const codes: number[] = []
    for (let turn = 0; turn < 5; turn++) codes.push((await it.api('department/list')).errcode)
    expect(codes).toEqual([0, 0, 0, 45009, 45009])
    expect((await it.api('department/simplelist')).errcode).toBe(0)
    await put('/clock', { advanceSeconds: 61 })
    expect((await it.api('department/list')).errcode).toBe(0)
    await put('/settings', { limits: { corpPerMinute: 10_000 } })
  })

  test('more than five parallel calls of a list api are 45033', async () => {
    // Long enough that a busy machine still has all eight calls inside at once.
    await put('/faults', { latencyMs: 1000 })
    const answers = await Promise.all(Array.from({ length: 8 }, () => it.api('externalcontact/contact_list', {})))
    await put('/faults', {})
    expect(answers.filter((answer) => answer.errcode === 0)).toHaveLength(5)
    expect(answers.filter((answer) => answer.errcode === 45033)).toHaveLength(3)
    expect((await it.api('externalcontact/contact_list', {})).errcode).toBe(0)
  })

  test('an unknown limit is refused by name', async () => {
    expect(await put('/settings', { limits: { perDay: 1 } })).toMatchObject({ error: { code: 'request.invalid' } })
  })
})

describe('faults', () => {
  test('a path fails as often as asked and then no more', async () => {
    await put('/faults', { fail: [{ path: '/cgi-bin/department/list', errcode: -1, times: 2 }] })
    expect([
      (await it.api('department/list')).errcode,
      (await it.api('department/list')).errcode,
      (await it.api('department/list')).errcode,
    ]).toEqual([-1, -1, 0])
  })

  test('a status and a cut connection come instead of an answer', async () => {
    await put('/faults', {
      fail: [
        { path: 'department/*', status: 502, times: 1 },
        { path: 'user/get', status: 0, times: 1 },
      ],
    })
    const token = await it.token()
    expect((await fetch(`${it.url}/cgi-bin/department/simplelist?access_token=${token}`)).status).toBe(502)
    await expect(fetch(`${it.url}/cgi-bin/user/get?userid=lina&access_token=${token}`)).rejects.toThrow()
    expect((await it.api('user/get?userid=lina')).errcode).toBe(0)
  })

  test('"after" lets the call take effect and loses its answer', async () => {
    await put('/faults', { fail: [{ path: 'externalcontact/add_corp_tag', errcode: -1, times: 1, after: true }] })
    expect((await it.api('externalcontact/add_corp_tag', { group_name: '迟到的组', tag: [{ name: '一' }] })).errcode).toBe(-1)
    const { tag_group } = await it.api('externalcontact/get_corp_tag_list', {})
    expect(JSON.stringify(tag_group)).toContain('迟到的组')
  })

  test('a rule with neither or both kinds of failure is refused', async () => {
    expect(await put('/faults', { fail: [{ path: 'user/get' }] })).toMatchObject({ error: { code: 'request.invalid' } })
    expect(await put('/faults', { fail: [{ path: 'user/get', errcode: 1, status: 500 }] })).toMatchObject({
      error: { code: 'request.invalid' },
    })
  })
})

describe('the door', () => {
  const options = { port: 0, dataDir: join(tmpdir(), `sandbox-refused-${process.pid}`), logLevel: 'error' }
  afterAll(() => rmSync(options.dataDir, { recursive: true, force: true }))

  test('refuses to listen beyond this machine', async () => {
    await expect(startSandbox({ ...options, host: '0.0.0.0', environment: {} })).rejects.toThrow(/loopback/)
  })

  test('refuses to run beside real credentials, and runs beside its own', async () => {
    await expect(startSandbox({ ...options, host: '127.0.0.1', environment: { WECOM_CORP_SECRET: 's' } })).rejects.toThrow(
      /real credentials/,
    )
    await expect(
      startSandbox({
        ...options,
        host: '127.0.0.1',
        environment: { WECOM_CORP_SECRET: 's', WECOM_BASE_URL: 'https://qyapi.weixin.qq.com' },
      }),
    ).rejects.toThrow(/real credentials/)
    const sandbox = await startSandbox({
      ...options,
      host: '127.0.0.1',
      environment: { WECOM_CORP_SECRET: 's', WECOM_BASE_URL: 'http://127.0.0.1:9' },
    })
    await sandbox.close()
  })

  test('answers neither a foreign host name nor another site', async () => {
    const { request } = await import('node:http')
    const status = await new Promise<number | undefined>((resolve, reject) => {
      request(`${it.url}/sandbox/corps`, { headers: { host: 'evil.example' } }, (response) => resolve(response.resume().statusCode))
        .on('error', reject)
        .end()
    })
    expect(status).toBe(403)
    expect((await fetch(`${it.url}/sandbox/tokens/revoke`, { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(
      403,
    )
  })

  test('the pages need nothing from outside', async () => {
    for (const folder of ['home', 'phone']) {
      const page = readFileSync(join(import.meta.dirname, folder, `${folder}.html`), 'utf8')
      const links = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '')
      expect(links.length).toBeGreaterThan(3)
      for (const link of links) expect((await fetch(it.url + link)).status, link).toBe(200)
    }
  })
})
