import { createCipheriv, createDecipheriv, createHash, createSecretKey, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'
import { AppError } from '#platform/errors.ts'

/** Why a callback was refused: for the log only, the caller sees the same 403 for all of them. */
export type RefusalReason = 'key' | 'signature' | 'base64' | 'block' | 'padding' | 'length' | 'encoding' | 'receive_id'

/** The single refusal of the callback door: a stranger learns nothing about which check failed. */
export class CallbackRefusal extends AppError {
  readonly reason: RefusalReason
  constructor(reason: RefusalReason) {
    super('wecom_callback.refused', { status: 403, message: 'The callback was refused.' })
    this.reason = reason
  }
}

export type Decrypted = { message: string; receiveId: string }
export type SignedQuery = { signature: string; timestamp: string; nonce: string }
export type CallbackSecrets = { token: string; key: CallbackKey; receiveIds: readonly string[] }
/** Prepared once: making a key out of bytes takes longer than opening a callback with it. */
export type CallbackKey = { secret: KeyObject; iv: Buffer; length: number }

/** WeCom pads to 32 bytes although the cipher's block is 16, so Node's own padding would reject 17..32 (doc 90968). */
const padBlock = 32
const randomLength = 16
const headerLength = randomLength + 4

/** EncodingAESKey: 43 letters and digits, base64 of 32 bytes without its last "=" (doc 90930). */
export function parseKey(encodingAesKey: string): CallbackKey {
  if (!/^[A-Za-z0-9]{43}$/.test(encodingAesKey)) throw new CallbackRefusal('key')
  const bytes = Buffer.from(`${encodingAesKey}=`, 'base64')
  return { secret: createSecretKey(bytes), iv: bytes.subarray(0, 16), length: bytes.length }
}

/** sha1 over token, timestamp, nonce and ciphertext in lexicographic order. */
export function sign(token: string, timestamp: string, nonce: string, encrypted: string): string {
  return createHash('sha1').update([token, timestamp, nonce, encrypted].sort().join('')).digest('hex')
}

/** Encrypts a message the way WeCom does; `random` only ever comes from tests. */
export function encrypt(key: CallbackKey, receiveId: string, message: string | Buffer, random: Buffer = randomBytes(randomLength)): string {
  const body = Buffer.isBuffer(message) ? message : Buffer.from(message, 'utf8')
  const length = Buffer.alloc(4)
  length.writeUInt32BE(body.length)
  const plain = Buffer.concat([random, length, body, Buffer.from(receiveId, 'utf8')])
  const pad = padBlock - (plain.length % padBlock)
  const cipher = createCipheriv('aes-256-cbc', key.secret, key.iv).setAutoPadding(false)
  return Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString('base64')
}

/** Opens a ciphertext; every defect is the same refusal and none reads outside the buffer. */
export function decrypt(key: CallbackKey, encrypted: string): Decrypted {
  const { body, receiveId } = decryptBytes(key, encrypted)
  return { message: utf8(body), receiveId }
}

export function decryptBytes(key: CallbackKey, encrypted: string): { body: Buffer; receiveId: string } {
  const plain = unpad(decipher(key, encrypted))
  if (plain.length < headerLength) throw new CallbackRefusal('length')
  const end = headerLength + plain.readUInt32BE(randomLength)
  if (end > plain.length) throw new CallbackRefusal('length')
  return { body: plain.subarray(headerLength, end), receiveId: utf8(plain.subarray(end)) }
}

/** Compares in constant time; a signature of another length is simply wrong. */
export function isSigned(token: string, query: SignedQuery, encrypted: string): boolean {
  const expected = Buffer.from(sign(token, query.timestamp, query.nonce, encrypted))
  const given = Buffer.from(query.signature.toLowerCase())
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/**
 * Signature, cipher and receive id in one: what comes out is from WeCom and meant for us. The receive id is the corp id for
 * own apps, the suite id for suite commands and empty for personal suites, so a set is accepted.
 */
export function openCallback(secrets: CallbackSecrets, query: SignedQuery, encrypted: string): Decrypted {
  if (!isSigned(secrets.token, query, encrypted)) throw new CallbackRefusal('signature')
  const opened = decrypt(secrets.key, encrypted)
  if (!secrets.receiveIds.includes(opened.receiveId)) throw new CallbackRefusal('receive_id')
  return opened
}

function decipher(key: CallbackKey, encrypted: string): Buffer {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encrypted) || encrypted.length % 4 !== 0) throw new CallbackRefusal('base64')
  const cipherText = Buffer.from(encrypted, 'base64')
  if (cipherText.length === 0 || cipherText.length % 16 !== 0) throw new CallbackRefusal('block')
  const decipher = createDecipheriv('aes-256-cbc', key.secret, key.iv).setAutoPadding(false)
  return Buffer.concat([decipher.update(cipherText), decipher.final()])
}

function unpad(plain: Buffer): Buffer {
  const pad = plain[plain.length - 1] ?? 0
  if (pad < 1 || pad > padBlock || pad > plain.length) throw new CallbackRefusal('padding')
  if (plain.subarray(plain.length - pad).some((byte) => byte !== pad)) throw new CallbackRefusal('padding')
  return plain.subarray(0, plain.length - pad)
}

function utf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new CallbackRefusal('encoding')
  }
}
