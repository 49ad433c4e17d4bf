import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { fileSource } from '#connectors/wecom/archive/file-source.ts'
import { parsePrivateKey } from '#connectors/wecom/archive/keys.ts'
import {
  checkAgreement,
  checkRoomAgreement,
  getArchivedRoom,
  getArchiveRobot,
  listPermittedUsers,
} from '#connectors/wecom/archive/msgaudit.ts'
import { sidecarSource } from '#connectors/wecom/archive/sidecar-source.ts'
import { type ArchiveKeys, readArchive } from '#connectors/wecom/archive/source.ts'
import { uploadMedia } from '#connectors/wecom/media.ts'
import { contractLab, daySeconds, failure } from './support/contract-lab.ts'

const lab = contractLab({ callbacks: true })
const { control, raw, event } = lab

const whole = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = []
  for await (const piece of pieces) all.push(piece)
  return Buffer.concat(all)
}

describe('the archive', () => {
  const archive = () => lab.withSecret('archiveSecret')
  const setUp = (body: object) => control('PUT', `corps/${lab.app.corpId}/archive`, body)
  const source = (secret = archive().secret) => sidecarSource({ url: `${lab.url}/sandbox/archive/${lab.app.corpId}`, secret })
  const pairs = new Map<number, KeyObject>()
  const keys: ArchiveKeys = { find: async (version) => pairs.get(version) }
  const newKey = (version: number) => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    pairs.set(version, parsePrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()))
    return setUp({ key: { version, publicKey: publicKey.export({ format: 'pem', type: 'spki' }) } })
  }
  const befriend = async (name: string) =>
    (await control<{ externalUserId: string }>('POST', 'befriend', { userId: 'lina', name })).externalUserId
  const say = (from: string, to: string, text: string) => control('POST', 'say', { from, to, text })
  const end = async () => {
    let at = 0
    for (;;) {
      const { next, more } = await readArchive(source(), keys, at)
      at = next
      if (!more) return at
    }
  }

  test('is refused until it is set up, and to any other secret', async () => {
    expect(await failure(listPermittedUsers(archive()))).toMatchObject({ errcode: 301053, reaction: 'configure' })
    expect(await failure(source().pull(0, 10))).toMatchObject({ errcode: 301053 })
    expect(await failure(listPermittedUsers(lab.app))).toMatchObject({ errcode: 48002 })
    await setUp({
      members: [
        { userId: 'lina', edition: 3 },
        { userId: 'chenjing', edition: 1 },
      ],
    })
    expect(await listPermittedUsers(archive())).toEqual(['chenjing', 'lina'])
    expect(await listPermittedUsers(archive(), 'office')).toEqual(['chenjing'])
    expect(await listPermittedUsers(archive(), 'enterprise')).toEqual(['lina'])
    expect(await listPermittedUsers(archive(), 'service')).toEqual([])
    expect(await failure(source('wrong').pull(0, 10))).toMatchObject({ errcode: 40001 })
    await control('PUT', 'settings', { habits: { archiveExpired: true } })
    expect(await failure(listPermittedUsers(archive()))).toMatchObject({ errcode: 301052 })
    await control('PUT', 'settings', { habits: { archiveExpired: false } })
  })

  test('tells who agreed, one by one and in a group', async () => {
    const customer = await befriend('小满')
    const pair = { userId: 'lina', externalUserId: customer }
    const agreed = async () => checkAgreement(archive(), [pair])
    expect(await agreed()).toEqual([{ ...pair, status: 'Default_Agree', changedAt: undefined }])
    await control('POST', 'archive/consent', { ...pair, agree: true })
    await event('change_external_contact.msg_audit_approved', { externalUserId: customer })
    expect(await agreed()).toEqual([{ ...pair, status: 'Agree', changedAt: expect.any(Number) }])
    // More than a call takes are asked in several.
    const before = await lab.calls('msgaudit/check_single_agree')
    expect(await checkAgreement(archive(), Array(101).fill(pair))).toHaveLength(101)
    expect(await lab.calls('msgaudit/check_single_agree')).toBe(before + 2)
    const info = Array(101).fill({ userid: 'lina', exteranalopenid: customer })
    expect(await raw('msgaudit/check_single_agree', { info }, archive().secret)).toMatchObject({ errcode: 40058, agreeinfo: [] })
    const chatId = await lab.newGroup('lina', { name: '存档群', members: [customer] })
    await control('POST', 'archive/consent', { chatId, externalUserId: customer, agree: false })
    expect(await checkRoomAgreement(archive(), chatId)).toMatchObject([{ externalUserId: customer, status: 'Disagree' }])
    expect(await failure(checkRoomAgreement(archive(), 'wrNone'))).toMatchObject({ errcode: 40058 })
    expect(await failure(getArchivedRoom(archive(), chatId))).toMatchObject({ errcode: 301059, reaction: 'skip_item' })
    const { roomId } = await control<{ roomId: string }>('POST', 'inner-groups', { name: '内部群', creator: 'lina', members: ['hexin'] })
    expect(await getArchivedRoom(archive(), roomId)).toMatchObject({
      roomname: '内部群',
      creator: 'lina',
      members: [{ memberid: 'lina' }, { memberid: 'hexin' }],
    })
  })

  test('names the robots that speak in groups', async () => {
    const { robotId } = await control<{ robotId: string }>('POST', 'robots', { name: '订单机器人', creator: 'lina' })
    expect(await getArchiveRobot(archive(), robotId)).toEqual({ robot_id: robotId, name: '订单机器人', creator_userid: 'lina' })
    expect(await failure(getArchiveRobot(archive(), 'wbNone'))).toMatchObject({ errcode: 40058 })
  })

  test('hands out what was said in order, each message under the key of its time', async () => {
    const customer = await befriend('谷雨')
    const before = await end()
    await newKey(1)
    await say(customer, 'lina', '第一句')
    await newKey(2)
    await say('lina', customer, '第二句')
    await control('POST', 'archive/messages', {
      message: { from: 'lina', tolist: [customer], roomid: '', msgtype: 'voiptext', info: { callduration: 10 } },
    })
    await control('POST', 'archive/messages', {
      message: { from: 'lina', tolist: [customer], roomid: '', msgtype: 'hologram', hologram: {} },
    })
    const first = await readArchive(source(), keys, before, 1)
    expect(first).toMatchObject({
      more: true,
      faults: [],
      messages: [{ seq: before + 1, type: 'text', message: { from: customer, text: { content: '第一句' } } }],
    })
    const rest = await readArchive(source(), keys, first.next)
    expect(rest.messages.map((it) => [it.type, it.known])).toEqual([
      ['text', true],
      ['voiptext', true],
      ['hologram', false],
    ])
    expect(rest.more).toBe(false)
    expect(rest.messages[0]?.msgId).toMatch(/_external$/)
    const old = pairs.get(1)
    pairs.delete(1)
    expect(await readArchive(source(), keys, before)).toMatchObject({
      faults: [{ seq: before + 1, reason: 'no_key' }],
      messages: [{ seq: before + 2 }, {}, {}],
      next: before + 4,
    })
    pairs.set(1, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey)
    expect((await readArchive(source(), keys, before, 1)).faults).toMatchObject([{ reason: 'bad_key' }])
    if (old) pairs.set(1, old)
    expect(await failure(source().open(Buffer.from('x'), 'bm90aGluZw=='))).toMatchObject({ errcode: 10008 })
  })

  test('keeps nothing of a customer who refused, nor of members who are not kept', async () => {
    const customer = await befriend('霜降')
    const before = await end()
    await control('POST', 'archive/consent', { userId: 'lina', externalUserId: customer, agree: false })
    await say(customer, 'lina', '不要存')
    const { externalUserId } = await control<{ externalUserId: string }>('POST', 'befriend', { userId: 'wanglei', name: '小雪' })
    await say(externalUserId, 'wanglei', '没有席位')
    expect((await readArchive(source(), keys, before)).messages).toEqual([])
    const { chatId } = await control<{ chatId: string }>('POST', 'groups', { owner: 'lina', name: '群', members: [] })
    await say('lina', chatId, '群里说')
    expect((await readArchive(source(), keys, before)).messages).toMatchObject([
      { message: { roomid: chatId, text: { content: '群里说' } } },
    ])
    await lab.advance(6 * daySeconds)
    expect((await readArchive(source(), keys, before)).messages).toEqual([])
  })

  test('gives files in pieces', async () => {
    const bytes = Buffer.alloc(1_200_000, 7)
    const { mediaId } = await uploadMedia(lab.app, 'file', { fileName: '合同.pdf', contentType: 'application/pdf', bytes })
    expect((await whole(source().media(mediaId))).equals(bytes)).toBe(true)
    expect(await failure(source().media('none')[Symbol.asyncIterator]().next())).toMatchObject({ errcode: 10009 })
  })

  test('is read from a file too; a broken line is named and stops nothing', async () => {
    const path = join(lab.folder, 'export.ndjson')
    const line = (msgid: string, content: string) =>
      JSON.stringify({ msgid, action: 'send', msgtype: 'text', from: 'lina', text: { content } })
    writeFileSync(path, `\uFEFF${line('a', '一')}\n{broken\n\n${line('b', '二')}\n`)
    const page = await readArchive(fileSource(path), keys, 0)
    expect(page.messages.map((it) => [it.seq, it.msgId])).toEqual([
      [1, 'a'],
      [4, 'b'],
    ])
    expect(page.faults).toEqual([{ seq: 2, msgId: 'line-2', reason: 'unreadable' }])
    expect((await readArchive(fileSource(path), keys, 1, 1)).next).toBe(2)
    expect(await failure(fileSource(path, lab.folder).media('../secret')[Symbol.asyncIterator]().next())).toMatchObject({ status: 404 })
    expect((await whole(fileSource(path, lab.folder).media('export.ndjson'))).toString()).toContain('"msgid":"b"')
  })

  test('takes private keys under either header and refuses what is none', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    for (const type of ['pkcs1', 'pkcs8'] as const) {
      const pem = privateKey.export({ format: 'pem', type }).toString()
      const swapped = pem.includes('RSA') ? pem.replaceAll('RSA PRIVATE', 'PRIVATE') : pem.replaceAll('PRIVATE', 'RSA PRIVATE')
      expect(parsePrivateKey(pem).equals(privateKey)).toBe(true)
      expect(parsePrivateKey(swapped).equals(privateKey)).toBe(true)
    }
    expect(() => parsePrivateKey('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----')).toThrow('no RSA private key')
  })
})
