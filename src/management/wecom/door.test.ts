import { createCipheriv } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '#app/app.ts'
import { type CallbackKey, encrypt, parseKey, sign } from '#connectors/wecom/crypto.ts'
import type { Context } from '#platform/context.ts'
import { openTestWorkspace, type TestWorkspace } from '#platform/testing/workspace.ts'
import { createCorp } from './corps.ts'
import { callbacksReceived } from './door.ts'
import { drainInbox, replayCallback } from './inbox.ts'
import { flushRefusals } from './refusals.ts'
import type { Receiver } from './schema.ts'

const corpId = 'ww0123456789abcdef'

let workspace: TestWorkspace
let ctx: Context
let receiver: Receiver
let fetchApp: (request: Request) => Promise<Response>

beforeAll(async () => {
  // Nobody listens there: callbacks must do without WeCom's answers.
  workspace = await openTestWorkspace({ WECOM_BASE_URL: 'http://127.0.0.1:9' })
  ctx = await workspace.newTenant()
  receiver = (await createCorp(ctx, { corpId, secret: 'a-secret-of-the-app' })).receiver
  const app = createApp(workspace)
  fetchApp = async (request) => app.fetch(request)
})

const event = (fields: Record<string, string | number>) =>
  `<xml><ToUserName><![CDATA[${corpId}]]></ToUserName><FromUserName><![CDATA[sys]]></FromUserName><CreateTime>1767225600</CreateTime><MsgType><![CDATA[event]]></MsgType>${Object.entries(
    fields,
  )
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`

const added = (externalUserId: string, userId = 'lina') =>
  event({
    Event: 'change_external_contact',
    ChangeType: 'add_external_contact',
    UserID: userId,
    ExternalUserID: externalUserId,
    State: 'spring',
  })

type Envelope = { token?: string; key?: CallbackKey; receiveId?: string; encrypted?: string; corp?: string; body?: string }

function push(
  xml: string,
  {
    token = receiver.token,
    key = parseKey(receiver.encodingAesKey),
    receiveId = corpId,
    encrypted = encrypt(key, receiveId, xml),
    corp = corpId,
    body,
  }: Envelope = {},
): Promise<Response> {
  const query = new URLSearchParams({ msg_signature: sign(token, '1767225600', 'n', encrypted), timestamp: '1767225600', nonce: 'n' })
  return fetchApp(
    new Request(`http://x/callback/wecom/${corp}?${query}`, {
      method: 'POST',
      headers: { 'content-type': 'text/xml' },
      body: body ?? `<xml><ToUserName>${corpId}</ToUserName><Encrypt>${encrypted}</Encrypt></xml>`,
    }),
  )
}

const stored = async (): Promise<number> =>
  (await ctx.db.selectFrom('wecomInbox').select('id').where('tenantId', '=', ctx.tenantId).execute()).length

const refused = async (): Promise<number> =>
  (await callbacksReceived.get()).values
    .filter(({ labels }) => String(labels.outcome).startsWith('refused'))
    .reduce((sum, { value }) => sum + value, 0)

async function noted(): Promise<number> {
  await flushRefusals(workspace)
  const rows = await ctx.db.selectFrom('wecomRefusals').select('times').where('tenantId', '=', ctx.tenantId).execute()
  return rows.reduce((sum, { times }) => sum + times, 0)
}

const follows = () => ctx.db.selectFrom('follows').select(['endedBy', 'state']).where('tenantId', '=', ctx.tenantId)

describe('the callback door', () => {
  test('proves to WeCom that it holds token and key', async () => {
    const encrypted = encrypt(parseKey(receiver.encodingAesKey), corpId, '1616140317555161061')
    const query = new URLSearchParams({
      msg_signature: sign(receiver.token, '1', 'n', encrypted),
      timestamp: '1',
      nonce: 'n',
      echostr: encrypted,
    })
    const answer = await fetchApp(new Request(`http://x/callback/wecom/${corpId}?${query}`))
    expect([answer.status, await answer.text()]).toEqual([200, '1616140317555161061'])
    query.set('msg_signature', '0'.repeat(40))
    expect((await fetchApp(new Request(`http://x/callback/wecom/${corpId}?${query}`))).status).toBe(403)
  })

  test('refuses what is not signed, not ours, not for this corp or not padded with one and the same 403, and keeps nothing of it', async () => {
    const key = parseKey(receiver.encodingAesKey)
    const badPadding = () => {
      const cipher = createCipheriv('aes-256-cbc', key.secret, key.iv).setAutoPadding(false)
      return Buffer.concat([cipher.update(Buffer.alloc(64, 200)), cipher.final()]).toString('base64')
    }
    const [before, notedBefore] = [[await stored(), await refused()], await noted()]
    const answers = await Promise.all([
      push(added('wm1'), { token: 'wrong' }),
      push(added('wm1'), { key: parseKey('4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws') }),
      push(added('wm1'), { receiveId: 'ww_somebody_else' }),
      push(added('wm1'), { corp: 'ww_unknown_corp' }),
      push(added('wm1'), { encrypted: badPadding() }),
      push(added('wm1'), { encrypted: 'AAAA' }),
      push(added('wm1'), { encrypted: '这不是密文' }),
      push(added('wm1'), { encrypted: encrypt(key, corpId, 'x').slice(0, -24) }),
      fetchApp(new Request(`http://x/callback/wecom/${corpId}`, { method: 'POST', body: '<xml><Encrypt>AAAA</Encrypt></xml>' })),
    ])
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 403))
    const bodies = await Promise.all(
      answers.map(async (answer) => ((await answer.json()) as { error: { code: string; message: string } }).error),
    )
    expect(new Set(bodies.map(({ code, message }) => `${code} ${message}`)).size).toBe(1)
    expect([await stored(), await refused()]).toEqual([before[0], Number(before[1]) + answers.length])
    // Of a corp that nobody has connected nothing is noted; all others stand under the corp they were meant for.
    expect(await noted()).toBe(notedBefore + answers.length - 1)
  })

  test('calls what is no callback 400 and what is too long 413', async () => {
    const before = await stored()
    for (const body of [
      '',
      'not xml',
      '<xml>',
      '<xml><ToUserName>x</ToUserName></xml>',
      '<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt>&b;</Encrypt></xml>',
    ])
      expect([body, (await push('', { body })).status]).toEqual([body, 400])
    expect((await push('signed, but no xml inside')).status).toBe(400)
    expect((await push('', { body: `<xml><Encrypt>${'A'.repeat(1_100_000)}</Encrypt></xml>` })).status).toBe(413)
    expect(await stored()).toBe(before)
  })

  test('answers success at once, and a hundred repetitions side by side have one effect', async () => {
    const before = await stored()
    const answers = await Promise.all(Array.from({ length: 100 }, () => push(added('wm_repeated'))))
    expect(new Set(await Promise.all(answers.map(async (answer) => `${answer.status} ${await answer.text()}`)))).toEqual(
      new Set(['200 success']),
    )
    expect(await stored()).toBe(before + 1)
    await drainInbox(workspace)
    expect(await follows().execute()).toEqual([{ endedBy: null, state: 'spring' }])
    const events = await ctx.db
      .selectFrom('eventLog')
      .select('name')
      .where('tenantId', '=', ctx.tenantId)
      .where('name', '=', 'customer.followed')
      .execute()
    expect(events).toHaveLength(1)
  })

  test('two different events of the same sender and second both count', async () => {
    const before = await stored()
    for (const id of ['wm_first', 'wm_second']) expect((await push(added(id))).status).toBe(200)
    expect(await stored()).toBe(before + 2)
    await drainInbox(workspace)
    expect(await follows().execute()).toHaveLength(3)
  })

  test('stores what it does not know and leaves it alone', async () => {
    expect((await push(event({ Event: 'something_new', Detail: 'x' }))).status).toBe(200)
    await drainInbox(workspace)
    const row = await ctx.db
      .selectFrom('wecomInbox')
      .select(['state', 'type'])
      .where('tenantId', '=', ctx.tenantId)
      .where('type', '=', 'something_new')
      .executeTakeFirst()
    expect(row).toEqual({ state: 'ignored', type: 'something_new' })
  })

  test('a callback that cannot be worked through becomes a dead letter, the ones behind it go on, and a replay has no second effect', async () => {
    const xml = event({
      Event: 'change_external_contact',
      ChangeType: 'edit_external_contact',
      UserID: 'lina',
      ExternalUserID: 'wm_repeated',
    })
    await push(xml)
    await push(event({ Event: 'change_external_contact', ChangeType: 'del_follow_user', UserID: 'lina', ExternalUserID: 'wm_repeated' }))
    const states = async () =>
      (
        await ctx.db
          .selectFrom('wecomInbox')
          .select('state')
          .where('tenantId', '=', ctx.tenantId)
          .where('type', 'in', ['change_external_contact.edit_external_contact', 'change_external_contact.del_follow_user'])
          .orderBy('id')
          .execute()
      ).map(({ state }) => state)
    const hoursLater = async (hours: number) => {
      workspace.setNow(new Date(Date.now() + hours * 3_600_000))
      await drainInbox(workspace)
      return states()
    }
    // WeCom does not answer: for a day that is nothing against this callback.
    for (const hours of [1, 23]) expect(await hoursLater(hours)).toEqual(['waiting', 'waiting'])
    // Nor is a day in which nobody was here to try.
    expect(await hoursLater(25)).toEqual(['waiting', 'waiting'])
    await ctx.db
      .updateTable('wecomInbox')
      .set({ attempts: 19 })
      .where('tenantId', '=', ctx.tenantId)
      .where('state', '=', 'waiting')
      .execute()
    await hoursLater(26)
    expect(await hoursLater(27)).toEqual(['dead', 'done'])
    expect((await follows().where('endedBy', '=', 'customer').execute()).length).toBe(1)
    const ended = await ctx.db
      .selectFrom('wecomInbox')
      .select(['id', 'corp'])
      .where('tenantId', '=', ctx.tenantId)
      .where('type', '=', 'change_external_contact.del_follow_user')
      .executeTakeFirstOrThrow()
    await replayCallback(ctx, ended.corp, ended.id)
    await drainInbox(workspace)
    const told = await ctx.db
      .selectFrom('eventLog')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('name', '=', 'customer.unfollowed')
      .execute()
    expect(told).toHaveLength(1)
  })

  test('secrets are sealed in the table', async () => {
    const row = await ctx.db.selectFrom('wecomCorps').selectAll().where('tenantId', '=', ctx.tenantId).executeTakeFirstOrThrow()
    const bytes = Buffer.concat([row.secret, row.callbackToken, row.callbackKey]).toString('latin1')
    for (const secret of ['a-secret-of-the-app', receiver.token, receiver.encodingAesKey]) expect(bytes).not.toContain(secret)
  })
})
