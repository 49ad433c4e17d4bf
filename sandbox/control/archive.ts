// The archive from the admin's and the customers' side, and what stands for the native library.
import { constants, createCipheriv, createDecipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { emit, externalContactEvent } from '../callbacks/events.ts'
import {
  type ArchivedRow,
  addArchiveKey,
  addArchiveMessage,
  addInnerGroup,
  addRobot,
  archivedAfter,
  archiveKey,
  isArchived,
  setArchiveMembers,
  setConsent,
} from '../state/archive.ts'
import { findAgentBySecret } from '../state/corps.ts'
import { findGroupMember } from '../state/group-chats.ts'
import { findMedia, readMedia } from '../state/media.ts'
import { issueWelcomeCode } from '../state/welcome.ts'
import { freshSecret, now, type World } from '../state/world.ts'
import { check, corpOf, customerOf, employeeOf, fail, followOf, readBody } from './errors.ts'

const Id = z.string().min(1)
const Setup = z.object({
  members: z
    .array(z.object({ userId: Id, edition: z.int().min(1).max(3).default(3) }))
    .max(5000)
    .optional(),
  key: z.object({ version: z.int().min(1), publicKey: z.string().min(1) }).optional(),
})
const Message = z.looseObject({ msgid: Id.optional(), action: Id.default('send'), msgtype: Id.optional() })
const pullMost = 1000
const pieceBytes = 512 * 1024

export function archiveRoutes(world: World): Hono {
  const routes = new Hono()
  routes.put('/corps/:corpId/archive', async (c) => {
    const { corpId } = corpOf(world, c.req.param('corpId'))
    const { members, key } = await readBody(c, Setup)
    if (key) {
      if (!isRsaKey(key.publicKey)) return fail(400, 'archive.bad_key', 'This is no RSA public key.', 'key.publicKey')
      addArchiveKey(world, corpId, key.version, key.publicKey)
    }
    if (members)
      setArchiveMembers(
        world,
        corpId,
        members.map((it) => ({ ...it, userId: employeeOf(world, corpId, it.userId).userId })),
      )
    return c.json({ archived: isArchived(world, corpId) })
  })

  routes.post('/archive/consent', async (c) => {
    const input = await readBody(c, z.object({ userId: Id.optional(), chatId: Id.optional(), externalUserId: Id, agree: z.boolean() }))
    const customer = customerOf(world, input.externalUserId)
    const { corpId, externalUserId } = customer
    const status = input.agree ? 'Agree' : 'Disagree'
    if (input.chatId) {
      if (!findGroupMember(world, input.chatId, externalUserId)) return fail(409, 'group.not_member', 'The customer is not in the group.')
      setConsent(world, corpId, '', externalUserId, input.chatId, status)
      return c.json({ status })
    }
    const follow = followOf(world, input.userId ?? '', externalUserId)
    setConsent(world, corpId, follow.userId, externalUserId, '', status)
    // Whoever waited for the consent may be welcomed now.
    const more = input.agree ? { WelcomeCode: issueWelcomeCode(world, follow, customer.type) } : {}
    if (input.agree) emit(world, corpId, externalContactEvent('msg_audit_approved', follow.userId, externalUserId, more))
    return c.json({ status })
  })

  // Any message whatever: kinds that the phone cannot say.
  routes.post('/archive/messages', async (c) => {
    const { corp, message } = await readBody(c, z.object({ corp: z.string().optional(), message: Message }))
    const { corpId } = corpOf(world, corp)
    return c.json({ seq: addArchiveMessage(world, corpId, { msgtime: now(world), ...message, msgid: message.msgid ?? freshSecret(24) }) })
  })

  routes.post('/inner-groups', async (c) => {
    const input = await readBody(
      c,
      z.object({ name: Id, creator: Id, members: z.array(Id).max(500), notice: z.string().default(''), corp: Id.optional() }),
    )
    const { corpId } = corpOf(world, input.corp)
    const members = [input.creator, ...input.members].map((it) => employeeOf(world, corpId, it, 'members').userId)
    return c.json({ roomId: addInnerGroup(world, { ...input, corpId, members: [...new Set(members)] }) })
  })

  routes.post('/robots', async (c) => {
    const { name, creator, corp } = await readBody(c, z.object({ name: Id, creator: Id, corp: Id.optional() }))
    const { corpId } = corpOf(world, corp)
    return c.json({ robotId: addRobot(world, corpId, name, employeeOf(world, corpId, creator, 'creator').userId) }, 201)
  })
  libraryRoutes(world, routes)
  return routes
}

/** What the native library answers, over HTTP; its symmetric step is ours (AES-256-GCM), because the real one is secret. */
function libraryRoutes(world: World, routes: Hono): void {
  routes.get('/archive/:corpId/chatdata', (c) => {
    const refusal = refusalOf(world, c)
    if (refusal) return c.json(refusal)
    const { seq, limit } = check(z.object({ seq: z.coerce.number().int().min(0), limit: z.coerce.number().int().min(1) }), c.req.query())
    if (limit > pullMost) return c.json({ errcode: 301058, errmsg: 'limit over 1000', chatdata: [] })
    const corpId = c.req.param('corpId')
    return c.json({ errcode: 0, errmsg: 'ok', chatdata: archivedAfter(world, corpId, seq, limit).map((it) => sealed(world, corpId, it)) })
  })

  routes.post('/archive/:corpId/decrypt', async (c) => {
    const refusal = refusalOf(world, c)
    if (refusal) return c.json(refusal)
    const { random_key, encrypt_chat_msg } = await readBody(c, z.object({ random_key: z.string(), encrypt_chat_msg: z.string() }))
    const message = opened(random_key, encrypt_chat_msg)
    return c.json(message === undefined ? { errcode: 10008, errmsg: 'decrypt failed' } : { errcode: 0, errmsg: 'ok', message })
  })

  routes.get('/archive/:corpId/media', (c) => {
    const refusal = refusalOf(world, c)
    if (refusal) return c.json(refusal)
    const media = findMedia(world, c.req.query('sdkfileid') ?? '')
    if (media?.corpId !== c.req.param('corpId')) return c.json({ errcode: 10009, errmsg: 'sdkfileid invalid' })
    const from = Number(c.req.query('indexbuf') || 0)
    const bytes = readMedia(world, media)
    const until = Math.min(bytes.length, from + pieceBytes)
    const isEnd = until >= bytes.length
    return c.json({
      errcode: 0,
      errmsg: 'ok',
      data: bytes.subarray(from, until).toString('base64'),
      outindexbuf: isEnd ? '' : String(until),
      is_finish: isEnd ? 1 : 0,
    })
  })
}

function refusalOf(world: World, c: Context): { errcode: number; errmsg: string } | undefined {
  const corpId = c.req.param('corpId') ?? ''
  const secret = (c.req.header('authorization') ?? '').replace(/^Bearer /, '')
  if (findAgentBySecret(world, corpId, secret)?.kind !== 'archive') return { errcode: 40001, errmsg: 'invalid credential' }
  if (world.settings.habits.archiveExpired) return { errcode: 301052, errmsg: 'archive expired' }
  return isArchived(world, corpId) ? undefined : { errcode: 301053, errmsg: 'archive not enabled' }
}

function sealed(world: World, corpId: string, row: ArchivedRow) {
  const randomKey = randomBytes(32).toString('base64')
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(randomKey, 'base64'), iv)
  const body = Buffer.concat([cipher.update(JSON.stringify(row.message)), cipher.final()])
  const key = archiveKey(world, corpId, row.version)
  return {
    seq: row.seq,
    msgid: row.msgId,
    publickey_ver: row.version,
    // Without a registered key nobody can ever read it, as in reality.
    encrypt_random_key: key
      ? publicEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, Buffer.from(randomKey)).toString('base64')
      : randomBytes(256).toString('base64'),
    encrypt_chat_msg: Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64'),
  }
}

function opened(randomKey: string, text: string): string | undefined {
  const bytes = Buffer.from(text, 'base64')
  try {
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(randomKey, 'base64'), bytes.subarray(0, 12))
    decipher.setAuthTag(bytes.subarray(12, 28))
    return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}

function isRsaKey(pem: string): boolean {
  try {
    return createPublicKey(pem).asymmetricKeyType === 'rsa'
  } catch {
    return false
  }
}
