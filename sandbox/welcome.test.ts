import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startTestReceiver, startTestSandbox, type TestReceiver, type TestSandbox } from './testing.ts'

let it: TestSandbox
let receiver: TestReceiver
let configId: string
beforeAll(async () => {
  it = await startTestSandbox()
  receiver = await startTestReceiver(it.corp.corpId)
  const { url, token, encodingAesKey } = receiver
  await it.control('PUT', `/corps/${it.corp.corpId}/callback`, { url, token, encodingAesKey })
  configId = (await it.api('externalcontact/add_contact_way', { type: 1, scene: 2, user: ['lina'] })).config_id as string
})
afterAll(async () => {
  await it.stop()
  await receiver.stop()
})
beforeEach(() => {
  receiver.received.length = 0
})

/** A new friend, with the codes of both events. */
async function newFriend(): Promise<{ externalUserId: string; half: string | undefined; added: string | undefined }> {
  receiver.received.length = 0
  const { externalUserId } = await it.control<{ externalUserId: string }>('POST', '/scan', { code: configId })
  const [half, added] = await receiver.waitFor(2)
  return { externalUserId, half: half?.fields.WelcomeCode, added: added?.fields.WelcomeCode }
}
const send = async (code: string | undefined, more: Record<string, unknown> = { text: { content: '你好' } }) =>
  (await it.api('externalcontact/send_welcome_msg', { welcome_code: code, ...more })).errcode
const inbox = async (externalUserId: string) =>
  (
    await it.control<{
      items: {
        kind: string
        source: string
        text?: string
        imageUrl?: string
        title?: string
        url?: string
        employee: string
        mine: boolean
      }[]
    }>('GET', `/inbox/${externalUserId}`)
  ).items

describe('a welcome code', () => {
  test('works once within twenty seconds and stands on the phone', async () => {
    const friend = await newFriend()
    await it.control('PUT', '/clock', { advanceSeconds: 18 })
    expect(await send(friend.added)).toBe(0)
    expect((await inbox(friend.externalUserId)).at(-1)).toMatchObject({
      kind: 'text',
      source: 'welcome',
      text: '你好',
      employee: '李娜',
      mine: false,
    })
  })

  test('is 41050 after twenty seconds, also when it never existed, and 41049 when missing', async () => {
    const friend = await newFriend()
    await it.control('PUT', '/clock', { advanceSeconds: 21 })
    expect(await send(friend.added)).toBe(41050)
    expect(await send('made-up')).toBe(41050)
    expect(await send('')).toBe(41049)
    expect(await inbox(friend.externalUserId)).toHaveLength(1)
  })

  test('a second sender hears 41096 while the first is being sent and 41051 afterwards', async () => {
    const friend = await newFriend()
    expect(await send(friend.half)).toBe(0)
    expect(await send(friend.added)).toBe(41096)
    await it.control('PUT', '/clock', { advanceSeconds: 2 })
    expect(await send(friend.added)).toBe(41051)
    expect((await inbox(friend.externalUserId)).filter((one) => one.source === 'welcome')).toHaveLength(1)
  })

  test('is 41051 once somebody has begun to talk', async () => {
    const friend = await newFriend()
    await it.control('POST', '/say', { from: friend.externalUserId, to: 'lina', text: '在吗' })
    expect(await send(friend.added)).toBe(41051)
  })

  test('is not issued where an admin-side welcome applies', async () => {
    await it.control('PUT', '/employees/lina', { adminWelcome: true })
    const friend = await newFriend()
    await it.control('PUT', '/employees/lina', { adminWelcome: false })
    expect([friend.half, friend.added]).toEqual([undefined, undefined])
  })

  test('comes again when the friendship begins again, though the old one was welcomed', async () => {
    const friend = await newFriend()
    expect(await send(friend.added)).toBe(0)
    await it.control('POST', '/unfollow', { externalUserId: friend.externalUserId, userId: 'lina', by: 'customer' })
    await receiver.waitFor(3)
    await it.control('PUT', '/clock', { advanceSeconds: 60 })
    await it.control('POST', '/scan', { code: configId, customer: friend.externalUserId })
    const again = (await receiver.waitFor(5)).at(-1)?.fields
    expect(again?.ChangeType).toBe('add_external_contact')
    expect(await send(friend.added)).toBe(41050)
    expect(await send(again?.WelcomeCode)).toBe(0)
  })

  test('does not outlive the friendship', async () => {
    const friend = await newFriend()
    await it.control('POST', '/unfollow', { externalUserId: friend.externalUserId, userId: 'lina', by: 'customer' })
    expect(await send(friend.added)).toBe(41050)
  })
})

describe('the message', () => {
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==', 'base64')
  const upload = async (path: string, bytes: Buffer, name: string, field = 'media') => {
    const form = new FormData()
    form.append(field, new Blob([new Uint8Array(bytes)]), name)
    const separator = path.includes('?') ? '&' : '?'
    const response = await fetch(`${it.url}/cgi-bin/${path}${separator}access_token=${await it.token()}`, { method: 'POST', body: form })
    return (await response.json()) as { errcode: number; media_id: string; created_at: unknown; url: string; type: string }
  }

  test('arrives with its attachments in order, and the phone can load the picture', async () => {
    const media = await upload('media/upload?type=image', png, '图.png')
    expect(typeof media.created_at).toBe('string')
    const { url } = await upload('media/uploadimg', png, 'p.png')
    const friend = await newFriend()
    const attachments = [
      { msgtype: 'image', image: { media_id: media.media_id } },
      { msgtype: 'link', link: { title: '体验课', url: 'https://example.com/a', desc: '三节课' } },
      { msgtype: 'image', image: { pic_url: url } },
      { msgtype: 'miniprogram', miniprogram: { title: '会员', pic_media_id: media.media_id, appid: 'wx1', page: 'pages/a.html' } },
    ]
    expect(await send(friend.added, { text: { content: '欢迎' }, attachments })).toBe(0)
    const items = (await inbox(friend.externalUserId)).slice(1)
    expect(items.map((one) => one.kind)).toEqual(['text', 'image', 'link', 'image', 'miniprogram'])
    expect(items[2]).toMatchObject({ title: '体验课', url: 'https://example.com/a' })
    for (const picture of [items[1], items[3], items[4]]) {
      const response = await fetch(picture?.imageUrl ?? '')
      expect(Buffer.from(await response.arrayBuffer()).equals(png)).toBe(true)
    }
  })

  test.each([
    ['neither text nor attachment', {}, 40058],
    ['more than 4000 bytes', { text: { content: '长'.repeat(1334) } }, 40058],
    [
      'ten attachments',
      { attachments: Array.from({ length: 10 }, () => ({ msgtype: 'link', link: { title: 'a', url: 'https://a' } })) },
      40058,
    ],
    [
      'a mini program page without .html',
      { attachments: [{ msgtype: 'miniprogram', miniprogram: { title: 'a', pic_media_id: 'm', appid: 'wx', page: 'pages/a' } }] },
      40058,
    ],
    ['a picture from elsewhere', { attachments: [{ msgtype: 'image', image: { pic_url: 'https://example.com/a.png' } }] }, 40058],
    ['unknown media', { attachments: [{ msgtype: 'video', video: { media_id: 'nothing' } }] }, 40007],
  ])('refuses %s and leaves the code usable', async (_, message, errcode) => {
    const friend = await newFriend()
    expect(await send(friend.added, message)).toBe(errcode)
    expect(await send(friend.added)).toBe(0)
  })

  test('media end after three days, pictures by address do not', async () => {
    const media = await upload('media/upload?type=image', png, 'a.png')
    const { url } = await upload('media/uploadimg', png, 'p.png')
    const got = await fetch(`${it.url}/cgi-bin/media/get?media_id=${media.media_id}&access_token=${await it.token()}`)
    expect(got.headers.get('content-disposition')).toBe('attachment; filename="a.png"')
    expect(Buffer.from(await got.arrayBuffer()).equals(png)).toBe(true)
    await it.control('PUT', '/clock', { advanceSeconds: 3 * 86400 + 1 })
    expect((await it.api(`media/get?media_id=${media.media_id}`)).errcode).toBe(40007)
    const friend = await newFriend()
    expect(await send(friend.added, { attachments: [{ msgtype: 'image', image: { media_id: media.media_id } }] })).toBe(40007)
    expect(await send(friend.added, { attachments: [{ msgtype: 'image', image: { pic_url: url } }] })).toBe(0)
  })

  test('uploads are looked into: kind, size, field name, plain file name', async () => {
    expect((await upload('media/upload?type=image', Buffer.from('not a picture'), 'a.png')).errcode).toBe(40005)
    expect((await upload('media/upload?type=file', Buffer.from('tiny'), 'a.txt')).errcode).toBe(40006)
    expect((await upload('media/upload?type=poem', png, 'a.png')).errcode).toBe(40004)
    expect((await upload('media/upload?type=image', png, 'a.png', 'file')).errcode).toBe(41005)
    const body = `--x\r\nContent-Disposition: form-data; name="media"; filename*=UTF-8''a.png\r\n\r\n${'data'.repeat(9)}\r\n--x--\r\n`
    const response = await fetch(`${it.url}/cgi-bin/media/upload?type=file&access_token=${await it.token()}`, {
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body,
    })
    expect(((await response.json()) as { errcode: number }).errcode).toBe(41005)
    expect((await upload('media/upload_attachment?media_type=image&attachment_type=1', png, 'a.png')).created_at).toBeTypeOf('number')
  })

  test('a range of a file can be asked for', async () => {
    const media = await upload('media/upload?type=file', Buffer.from('0123456789'), '中文.txt')
    const response = await fetch(`${it.url}/cgi-bin/media/get?media_id=${media.media_id}&access_token=${await it.token()}`, {
      headers: { range: 'bytes=2-4' },
    })
    expect([response.status, response.headers.get('content-range'), await response.text()]).toEqual([206, 'bytes 2-4/10', '234'])
    expect(Buffer.from(response.headers.get('content-disposition') ?? '', 'latin1').toString()).toContain('中文.txt')
  })
})
