import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ArchiveSource } from '#connectors/wecom/archive/source.ts'
import { tellDirectMessages, tellGroupMessages } from '#insight/group-messages/archive.ts'
import { connectSandboxArchive } from '#management/archive/connect-sandbox.ts'
import { pullCorp } from '#management/archive/pull.ts'
import type { Rooms } from '#management/archive/rooms.ts'
import type { CorpArchive, MessageItem, MessageList, SearchHit, TalkDetail, TalkItem, TalkNews } from '#management/archive/schema.ts'
import { openSource, readSource } from '#management/archive/sources.ts'
import { connectSandbox } from '#management/wecom/connect-sandbox.ts'
import { findCorp } from '#management/wecom/corps.ts'
import { findGroups } from '#operation/groups/queries.ts'
import { publicId } from '#platform/ids.ts'
import { ownDatabases } from '#platform/testing/workspace.ts'
import { until } from '#test/support/until.ts'
import { tellSandbox } from './support/sandbox-control.ts'
import { openSandboxedWorkspace } from './support/sandboxed-workspace.ts'

const rooms: Rooms = { find: findGroups, tell: tellGroupMessages, tellDirect: tellDirectMessages }

// One company on the sandbox keeps what its members say: what is said on the phones can be read and found here, by those who may.

let workspace: Awaited<ReturnType<typeof openSandboxedWorkspace>>
let corpId: string
let corp: number
let corpPath: string
let lina: string
let colleague: string
let customer: string

beforeAll(async () => {
  workspace = await openSandboxedWorkspace(await ownDatabases())
  const [first] = (await phone<{ items: { corpId: string }[] }>('GET', 'corps')).items
  corpId = first?.corpId ?? ''
  corp = (await findCorp(workspace.ctx, corpId)) ?? 0
  corpPath = `archive/corps/${publicId(workspace.ctx, 'cor', corp)}`
  const { items } = await phone<{ items: { userId: string; contact: boolean; status: number }[] }>('GET', 'employees')
  const [one, other] = items.filter(({ contact, status }) => contact && status === 1)
  lina = one?.userId ?? ''
  colleague = other?.userId ?? ''
  await until(async () => (await api<{ items: unknown[] }>('employees')).items.length > 2, 30_000)
  customer = await friendOf(lina, '沈小满')
})

afterAll(() => workspace?.close())

describe('the chat archive', () => {
  test('is switched on with a key that is made here and pasted there, and never shown again', async () => {
    expect(await setting()).toMatchObject({ kind: 'none', hasSecret: false, keys: [], messages: 0 })
    const key = await api<{ version: number; publicKey: string }>(`${corpPath}/keys`, 'POST', { version: 1 })
    expect(key.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----/)
    await phone('PUT', `corps/${corpId}/archive`, {
      key,
      members: [
        { userId: lina, edition: 3 },
        { userId: colleague, edition: 3 },
      ],
    })
    expect(await refusal(`${corpPath}/keys`, 'POST', { version: 1 })).toBe('archive_key.exists')
    expect(await refusal(`${corpPath}/source`, 'PUT', { kind: 'sidecar', url: 'http://archive.example.com' })).toBe('url.not_loopback')
    expect(await refusal(`${corpPath}/source`, 'PUT', { kind: 'sidecar', url: sidecarUrl() })).toBe('archive_source.no_secret')
    const set = await api<CorpArchive>(`${corpPath}/source`, 'PUT', { kind: 'sidecar', url: sidecarUrl(), secret: await archiveSecret() })
    expect(set).toMatchObject({ kind: 'sidecar', hasSecret: true, keys: [{ version: 1, publicKey: key.publicKey, unread: 0 }] })
    expect(JSON.stringify(await setting())).not.toMatch(/PRIVATE|secret":"/)
    const members = await api<{ items: { userId: string; employeeId: string | null }[] }>(`${corpPath}/members`)
    expect(members.items.map(({ userId }) => userId).sort()).toEqual([lina, colleague].sort())
    expect(members.items.every(({ employeeId }) => employeeId !== null)).toBe(true)
  })

  test('what is said on the phones is here within seconds, in its order, and is found by its words', async () => {
    await say(customer, lina, '你好，请问退款什么时候到账？')
    await say(lina, customer, '您好！订单已经退款，三到五个工作日 VIP 通道')
    await until(async () => (await talkWith('沈小满')) !== undefined, 30_000)
    await until(async () => (await talkWith('沈小满'))?.messages === 2, 30_000)
    const talk = await talkWith('沈小满')
    expect(talk).toMatchObject({ kind: 'pair', messages: 2, last: { type: 'text', text: expect.stringContaining('工作日') } })
    expect(talk?.people.map(({ kind, name }) => [kind, name])).toContainEqual(['customer', '沈小满'])
    const said = await messages(talk?.id ?? '')
    expect(said.map(({ sender, text }) => [sender.kind, text])).toEqual([
      ['customer', '你好，请问退款什么时候到账？'],
      ['employee', '您好！订单已经退款，三到五个工作日 VIP 通道'],
    ])
    expect(await found('退款')).toHaveLength(2)
    expect(await found('vip')).toHaveLength(1)
    expect(await found('退款 vip')).toHaveLength(1)
    expect(await found('款')).toHaveLength(2)
    expect(await found('退货')).toEqual([])
    const [hit] = await found('到账')
    expect(hit?.pieces.filter(({ hit }) => hit).map(({ text }) => text)).toEqual(['到账'])
    expect(hit?.sender).toEqual({ kind: 'customer', name: '沈小满' })
    expect((await list(`archive/messages?q=退款&from=employee`)).length).toBe(1)
    expect((await list(`archive/messages?q=退款&type=image`)).length).toBe(0)
    expect((await list(`archive/messages?q=退款&dateTo=2020-01-01`)).length).toBe(0)
    expect(
      (await list(`archive/messages?q=退款&customer=${talk?.people.find(({ kind }) => kind === 'customer')?.customerId}`)).length,
    ).toBe(2)
    const around = await api<MessageList>(`archive/talks/${talk?.id}/messages?around=${hit?.id}&limit=2`)
    expect(around.items.map(({ id }) => id)).toContain(hit?.id)
  })

  test('pages of talks, messages and hits hold everything once', async () => {
    for (let n = 0; n < 7; n++) await say(n % 2 ? lina : customer, n % 2 ? customer : lina, `翻页 ${n}`)
    await arrives(async () => (await found('翻页')).length === 7)
    const hits = await pages<SearchHit>('archive/messages?q=翻页&limit=2')
    expect(hits.map(({ pieces }) => pieces.map(({ text }) => text).join(''))).toEqual([6, 5, 4, 3, 2, 1, 0].map((n) => `翻页 ${n}`))
    const { id } = await theTalk('沈小满')
    const backwards: string[] = []
    for (let earlier = ''; ; ) {
      const page = await api<MessageList>(`archive/talks/${id}/messages?limit=2${earlier && `&earlier=${earlier}`}`)
      backwards.unshift(...page.items.map(({ id }) => id))
      if (!page.earlier) break
      earlier = page.earlier
    }
    expect(backwards).toHaveLength(9)
    expect(backwards).toEqual((await messages(id)).map(({ id }) => id))
    const forwards: string[] = []
    let page = await api<MessageList>(`archive/talks/${id}/messages?around=${backwards[0]}&limit=4`)
    for (;;) {
      forwards.push(...page.items.map(({ id }) => id))
      if (!page.later) break
      page = await api<MessageList>(`archive/talks/${id}/messages?later=${page.later}&limit=2`)
    }
    expect(forwards).toEqual(backwards)
  })

  test('a room has the name of its group, its people and their answers', async () => {
    const group = await phone<{ chatId: string }>('POST', 'groups', { owner: lina, name: '会员福利群', members: [customer] })
    await until(async () => (await findGroups(workspace.ctx, corp, [group.chatId])).size === 1, 30_000)
    await say(customer, group.chatId, '群里问一句')
    await arrives(async () => (await theTalk('会员福利群').catch(() => undefined)) !== undefined)
    const room = await theTalk('会员福利群')
    expect(room).toMatchObject({ kind: 'room', name: '会员福利群', groupId: expect.stringMatching(/^grp_/) })
    const consents = async () => (await api<TalkDetail>(`archive/talks/${room.id}`)).consents
    // WeCom is asked who agreed after the words are kept.
    await until(async () => (await consents()).length > 0, 30_000)
    expect(await consents()).toMatchObject([{ name: '沈小满', status: 'default' }])
    const internal = await phone<{ roomId: string }>('POST', 'inner-groups', { name: '内部讨论', creator: lina, members: [colleague] })
    await kept({ from: lina, tolist: [colleague], roomid: internal.roomId, msgtype: 'text', text: { content: '内部的话' } })
    await arrives(async () => (await theTalk('内部讨论').catch(() => undefined)) !== undefined)
    // Reports know who spoke in rooms with customers, and not a word of it.
    const { ctx } = workspace
    const spoken = () =>
      ctx.clickhouse.rows<{ person: number; properties: Record<string, string> }>(
        "select person, properties from events where tenant = {tenant:UInt32} and name = 'group_message.sent'",
        { tenant: ctx.tenantId },
      )
    await expect.poll(async () => (await spoken()).length).toBe(1)
    const [event] = await spoken()
    expect(event).toMatchObject({ person: await customerNumber(customer), properties: { chat: group.chatId, kind: 'text', letters: '5' } })
    expect(JSON.stringify(event)).not.toContain('问一句')
    // And who wrote to whom, either way.
    const wrote = await ctx.clickhouse.rows<{ name: string; person: number; properties: Record<string, string> }>(
      "select name, person, properties from events where tenant = {tenant:UInt32} and name in ('message.received', 'employee_message.sent') order by at limit 2",
      { tenant: ctx.tenantId },
    )
    const person = await customerNumber(customer)
    expect(wrote).toMatchObject([
      { name: 'message.received', person, properties: { employee: expect.stringMatching(/^\d+$/), kind: 'text' } },
      { name: 'employee_message.sent', person, properties: { employee: wrote[0]?.properties.employee } },
    ])
    expect(JSON.stringify(wrote)).not.toContain('退款')
  })

  test('who agreed is told by the callback and by asking', async () => {
    await phone('POST', 'archive/consent', { userId: lina, externalUserId: customer, agree: true })
    const { id } = await theTalk('沈小满')
    await until(async () => (await api<TalkDetail>(`archive/talks/${id}`)).consent.agreed === 1, 30_000)
    expect((await api<TalkDetail>(`archive/talks/${id}`)).consents).toMatchObject([{ name: '沈小满', status: 'agreed' }])
  })

  test('what was taken back is marked, and says so in the talk', async () => {
    await kept({ msgid: 'recall-me', from: lina, tolist: [customer], msgtype: 'text', text: { content: '发错了的报价' } })
    await kept({ msgid: 'recall', action: 'recall', from: lina, tolist: [customer], msgtype: 'revoke', revoke: { pre_msgid: 'recall-me' } })
    await arrives(async () => (await found('发错了的报价'))[0]?.recalled === true)
    const { id } = await theTalk('沈小满')
    const said = await messages(id)
    const [taken, back] = said.slice(-2)
    expect(taken).toMatchObject({ text: '发错了的报价', recalledAt: expect.any(String) })
    expect(back).toMatchObject({ type: 'revoke', recalls: taken?.id })
  })

  test('messages of every kind are kept, also of kinds nobody knows', async () => {
    const forms = [
      { msgtype: 'link', link: { title: '秋季新品', description: '点开看看', link_url: 'https://example.com' } },
      { msgtype: 'location', location: { longitude: 121.4, latitude: 31.2, address: '外滩十八号', title: '门店' } },
      { msgtype: 'hologram', hologram: { title: '全息影像\u0000\uD800' } },
      { msgtype: 'mixed', mixed: { item: [{ type: 'text', content: '{"content":"混合里的字"}' }] } },
    ]
    for (const form of forms) await kept({ from: lina, tolist: [customer], ...form })
    await arrives(async () => (await found('混合里的字')).length === 1)
    expect(await found('外滩')).toHaveLength(1)
    expect(await found('秋季')).toHaveLength(1)
    const { id } = await theTalk('沈小满')
    expect((await messages(id)).slice(-4).map(({ type, known }) => [type, known])).toEqual([
      ['link', true],
      ['location', true],
      ['hologram', false],
      ['mixed', true],
    ])
  })

  test('a new key version is for what is said from then on; without it messages wait and are read once it is there', async () => {
    const { generateKeyPairSync } = await import('node:crypto')
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    await phone('PUT', `corps/${corpId}/archive`, { key: { version: 2, publicKey: publicKey.export({ format: 'pem', type: 'spki' }) } })
    await say(customer, lina, '钥匙换了以后的话')
    await arrives(async () => (await setting()).unread.length > 0)
    expect((await setting()).unread).toEqual([{ version: 2, reason: 'no_key', messages: 1 }])
    expect(await found('钥匙换了')).toEqual([])
    await say(lina, customer, '还是读不到')
    await arrives(async () => (await setting()).unread[0]?.messages === 2)
    const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()
    expect(await refusal(`${corpPath}/keys`, 'POST', { version: 2, privateKey: 'nonsense' })).toBe('wecom.bad_archive_key')
    await api(`${corpPath}/keys`, 'POST', { version: 2, privateKey: pem })
    await arrives(async () => (await found('钥匙换了')).length === 1)
    expect((await setting()).unread).toEqual([])
    expect(await found('到账')).toHaveLength(1)
    const stored = await workspace.ctx.db.selectFrom('archiveKeys').select('privateKey').where('corp', '=', corp).execute()
    for (const row of stored) expect(row.privateKey.toString('latin1')).not.toMatch(/PRIVATE|MII/)
  })

  test('whoever is stopped anywhere goes on there: nothing lost, nothing doubled', async () => {
    // The worker rests meanwhile: this test takes the archive itself.
    await rest(true)
    const before = await stored()
    for (let n = 0; n < 40; n++) await kept({ from: lina, tolist: [customer], msgtype: 'text', text: { content: `断点 ${n}` } })
    const source = await realSource()
    for (let stops = 1; stops <= 10; stops++)
      await expect(pullCorp(workspace.ctx, corp, rooms, { source: breaking(source, stops), limit: 3 })).rejects.toThrow('stopped')
    await Promise.allSettled([1, 2, 3].map(() => pullCorp(workspace.ctx, corp, rooms, { source, limit: 4 })))
    await pullCorp(workspace.ctx, corp, rooms, { source })
    expect(await stored()).toBe(before + 40)
    expect(await found('断点', 100)).toHaveLength(40)
    expect((await theTalk('沈小满')).messages).toBe((await messages((await theTalk('沈小满')).id)).length)
    await workspace.ctx.db.updateTable('archiveSources').set({ seq: 0 }).where('corp', '=', corp).execute()
    await pullCorp(workspace.ctx, corp, rooms, { source })
    expect(await stored()).toBe(before + 40)
    await rest(false)
  })

  test('a file is fetched when somebody opens it and then stays; an unknown one is told to be gone', async () => {
    const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64')
    const mediaId = await uploaded(png)
    await kept({ from: customer, tolist: [lina], msgtype: 'image', image: { sdkfileid: mediaId, filesize: png.length, md5sum: 'a' } })
    await kept({ from: customer, tolist: [lina], msgtype: 'image', image: { sdkfileid: 'gone', filesize: 3, md5sum: 'b' } })
    const { id } = await theTalk('沈小满')
    await arrives(async () => (await messages(id)).filter(({ type }) => type === 'image').length === 2)
    const [first, second] = (await messages(id)).filter(({ type }) => type === 'image')
    expect(first?.media).toMatchObject([{ state: 'open', bytes: png.length }])
    expect(JSON.stringify(first)).not.toContain(mediaId)
    const file = await fetch(`${workspace.url}${first?.media[0]?.url}`, { headers: { Authorization: `Bearer ${workspace.apiKey}` } })
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(Buffer.from(await file.arrayBuffer()).equals(png)).toBe(true)
    expect((await messages(id)).filter(({ type }) => type === 'image')[0]?.media).toMatchObject([{ state: 'stored' }])
    expect(await refusal(second?.media[0]?.url.replace('/api/v1/', '') ?? '')).toBe('archive_media.gone')
  })

  test('whoever was away longer than WeCom keeps messages finds the time named', async () => {
    await rest(true)
    const { ctx } = workspace
    const ago = (days: number) => new Date(Date.now() - days * 86_400_000)
    await ctx.db
      .updateTable('archiveSources')
      .set({ caughtUpAt: ago(9) })
      .where('corp', '=', corp)
      .execute()
    await pullCorp(ctx, corp, rooms)
    await rest(false)
    const { gaps } = await setting()
    expect(gaps.map(({ fromAt, toAt }) => [fromAt.slice(0, 10), toAt.slice(0, 10)])).toEqual([
      [ago(9).toISOString().slice(0, 10), ago(5).toISOString().slice(0, 10)],
    ])
  })

  test('trouble is shown and waited out', async () => {
    await phone('PUT', 'settings', { habits: { archiveExpired: true } })
    await arrives(async () => (await setting()).failures > 0)
    expect((await setting()).error).toMatchObject({ message: expect.stringContaining('301052') })
    await phone('PUT', 'settings', { habits: { archiveExpired: false } })
    await say(customer, lina, '恢复以后')
    await arrives(async () => (await found('恢复以后')).length === 1)
    expect(await setting()).toMatchObject({ failures: 0, error: null })
  })

  test('a company of the sandbox is set up at the start, once, as an administrator would', async () => {
    await phone('POST', 'corps', { name: '第二家公司' })
    const { ctx, sandboxUrl } = workspace
    await connectSandbox(ctx, sandboxUrl)
    const before = await setting()
    await connectSandboxArchive(ctx, sandboxUrl)
    await connectSandboxArchive(ctx, sandboxUrl)
    const { items } = await api<{ items: CorpArchive[] }>('archive/corps')
    expect(items.map(({ kind, keys }) => [kind, keys.length])).toEqual([
      ['sidecar', 2],
      ['sidecar', 1],
    ])
    expect((await setting()).keys).toEqual(before.keys)
  })

  test('only those who may see it do: by permission, by the colleague who takes part, and everything is in the audit log', async () => {
    const { id } = await theTalk('沈小满')
    const seen = async (scopes: string[]) => {
      const { key } = await api<{ key: string }>('api-keys', 'POST', { name: scopes.join(), scopes })
      return (await fetch(`${workspace.url}/api/v1/archive/talks/${id}/messages`, { headers: { Authorization: `Bearer ${key}` } })).status
    }
    expect(await seen(['customers.read', 'wecom.write', 'audit.read'])).toBe(403)
    expect(await seen(['archive.read'])).toBe(200)
    const { lastSaid, listTalks, visibleTalk } = await import('#management/archive/queries.ts')
    const { searchMessages } = await import('#management/archive/search.ts')
    const { ctx } = workspace
    const as = (employee: number) => ({ ...ctx, actor: { ...ctx.actor, scope: [employee] } })
    const [own, other] = [as(await employeeId(lina)), as(await employeeId(colleague))]
    const talk = ctx.ids.decode(ctx.tenantId, 'art', id) ?? 0
    expect((await listTalks(own, { limit: 50 })).items.map((one) => one.id)).toContain(id)
    expect((await listTalks(other, { limit: 50 })).items.map((one) => one.id)).not.toContain(id)
    for (const one of [own, other]) expect(await lastSaid(one, {})).toBe((await listTalks(one, { limit: 1 })).items[0]?.lastAt ?? null)
    const listed = async () =>
      (
        await ctx.db
          .selectFrom('auditLog')
          .select('action')
          .where('action', '=', 'archive.listed')
          .where('tenantId', '=', ctx.tenantId)
          .execute()
      ).length
    const before = await listed()
    expect(await api<TalkNews>('archive/talks/news?kind=room')).toEqual({
      lastAt: (await listTalks(ctx, { kind: 'room', limit: 1 })).items[0]?.lastAt,
    })
    expect(await listed()).toBe(before)
    expect((await searchMessages(own, { q: '断点', limit: 50 })).items).toHaveLength(40)
    expect((await searchMessages(other, { q: '断点', limit: 50 })).items).toEqual([])
    await expect(visibleTalk(other, talk)).rejects.toMatchObject({ status: 404 })
    const log = await ctx.db.selectFrom('auditLog').select(['action', 'subject', 'details']).where('tenantId', '=', ctx.tenantId).execute()
    expect(log.filter(({ action, subject }) => action === 'archive.read' && subject === `art:${talk}`).length).toBeGreaterThan(3)
    expect(log.some(({ action, details }) => action === 'archive.searched' && (details as { q?: string }).q === '退款 vip')).toBe(true)
    expect(log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['archive.key_saved', 'archive.source_changed', 'archive.file_opened']),
    )
  })
})

const sidecarUrl = (): string => `${workspace.sandboxUrl}/sandbox/archive/${corpId}`

async function archiveSecret(): Promise<string> {
  const { items } = await phone<{ items: { corpId: string; archiveSecret: string }[] }>('GET', 'corps')
  return items.find((one) => one.corpId === corpId)?.archiveSecret ?? ''
}

const setting = (): Promise<CorpArchive> => api(corpPath)

const say = (from: string, to: string, text: string) => phone('POST', 'say', { from, to, text })
const kept = (message: object) => phone('POST', 'archive/messages', { message: { action: 'send', roomid: '', ...message } })

const list = async (path: string): Promise<SearchHit[]> => (await api<{ items: SearchHit[] }>(path)).items
const found = (q: string, limit = 50): Promise<SearchHit[]> => list(`archive/messages?q=${encodeURIComponent(q)}&limit=${limit}`)

const talkWith = async (name: string): Promise<TalkItem | undefined> =>
  (await api<{ items: TalkItem[] }>(`archive/talks?q=${encodeURIComponent(name)}`)).items.find(
    (one) => one.name === name || (one.kind === 'pair' && one.people.some((person) => person.name === name)),
  )

async function theTalk(name: string): Promise<TalkItem> {
  const talk = await talkWith(name)
  if (!talk) throw new Error(`there is no talk with ${name}`)
  return talk
}

const messages = async (talk: string): Promise<MessageItem[]> => (await api<MessageList>(`archive/talks/${talk}/messages?limit=200`)).items

async function stored(): Promise<number> {
  const { ctx } = workspace
  const rows = await ctx.db
    .selectFrom('archiveMessages')
    .select('action')
    .where('tenantId', '=', ctx.tenantId)
    .where('corp', '=', corp)
    .execute()
  return rows.length
}

/** Leases the archive to nobody, or gives it back to the worker. */
async function rest(held: boolean): Promise<void> {
  const { ctx } = workspace
  const source = () => ctx.db.updateTable('archiveSources').where('tenantId', '=', ctx.tenantId).where('corp', '=', corp)
  if (!held) await source().set({ dueAt: ctx.now(), leaseUntil: null }).execute()
  else
    await until(async () => {
      const leaseUntil = new Date(Date.now() + 3600_000)
      const { numUpdatedRows } = await source().set({ leaseUntil }).where('leaseUntil', 'is', null).executeTakeFirst()
      return numUpdatedRows === 1n
    }, 30_000)
}

async function realSource(): Promise<ArchiveSource> {
  const row = await readSource(workspace.ctx, corp)
  const source = row && (await openSource(workspace.ctx, row))
  if (!source) throw new Error('there is no source')
  return source
}

/** Stops at its nth question, whichever it is. */
function breaking(source: ArchiveSource, stops: number): ArchiveSource {
  let asked = 0
  const count = () => {
    asked += 1
    if (asked >= stops) throw new Error('stopped')
  }
  return {
    ...source,
    pull: async (after, limit) => {
      count()
      return source.pull(after, limit)
    },
    open: async (key, text) => {
      count()
      return source.open(key, text)
    },
  }
}

async function uploaded(bytes: Buffer): Promise<string> {
  const { ctx } = workspace
  const { uploadMedia } = await import('#connectors/wecom/media.ts')
  const { wecomApp } = await import('#management/wecom/app.ts')
  const upload = { fileName: 'photo.png', contentType: 'image/png', bytes }
  return (await uploadMedia(await wecomApp(ctx, corp), 'image', upload, { lane: 'first', requestId: 'test' })).mediaId
}

async function employeeId(userId: string): Promise<number> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('employeeAccounts')
    .select('employeeId')
    .where('tenantId', '=', ctx.tenantId)
    .where('userId', '=', userId)
    .executeTakeFirstOrThrow()
  return row.employeeId
}

async function customerNumber(externalUserId: string): Promise<number> {
  const { ctx } = workspace
  const row = await ctx.db
    .selectFrom('identities')
    .select('customerId')
    .where('tenantId', '=', ctx.tenantId)
    .where('value', '=', externalUserId)
    .executeTakeFirstOrThrow()
  return row.customerId
}

async function friendOf(userId: string, name: string): Promise<string> {
  const { externalUserId } = await phone<{ externalUserId: string }>('POST', 'befriend', { userId, name })
  const { items } = await phone<{ items: { id: string }[] }>('GET', `tasks/${userId}`)
  for (const { id } of items) await phone('POST', `tasks/${id}/confirm`)
  return externalUserId
}

async function pages<Row>(path: string): Promise<Row[]> {
  const rows: Row[] = []
  for (let cursor = ''; ; ) {
    const page = await api<{ items: Row[]; next: string | null }>(`${path}&cursor=${cursor}`)
    rows.push(...page.items)
    if (!page.next) return rows
    cursor = page.next
  }
}

type Failure = { error: { code: string } }

async function ask(path: string, method: string, body?: object): Promise<{ ok: boolean; answer: unknown }> {
  const response = await fetch(`${workspace.url}/api/v1/${path}`, {
    method,
    headers: { Authorization: `Bearer ${workspace.apiKey}`, 'Content-Type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  })
  return { ok: response.ok, answer: await response.json() }
}

async function api<T>(path: string, method = 'GET', body?: object): Promise<T> {
  const { ok, answer } = await ask(path, method, body)
  if (!ok) throw new Error(`${path}: ${JSON.stringify(answer)}`)
  return answer as T
}

async function refusal(path: string, method = 'GET', body?: object): Promise<string> {
  const { ok, answer } = await ask(path, method, body)
  return ok ? '' : (answer as Failure).error.code
}

const phone = <T>(method: string, path: string, body?: unknown): Promise<T> => tellSandbox(workspace.sandboxUrl, method, path, body)

/** As `until`, for what is taken in the next round: none of them waits for its time. */
const arrives = (holds: () => Promise<boolean>): Promise<number> =>
  until(async () => {
    if (await holds()) return true
    const { ctx } = workspace
    await ctx.db.updateTable('archiveSources').set({ dueAt: ctx.now() }).where('tenantId', '=', ctx.tenantId).execute()
    return false
  }, 30_000)
