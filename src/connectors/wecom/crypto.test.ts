import { createCipheriv, createDecipheriv } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CallbackRefusal, decrypt, decryptBytes, encrypt, isSigned, openCallback, parseKey, sign } from './crypto.ts'

const encodingAesKey = 'jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C'
const key = parseKey(encodingAesKey)

/** The sample every WeCom page shows (doc 90968): the echo string of a URL check. */
const sample = {
  token: 'QDG6eK',
  timestamp: '1409659589',
  nonce: '263014780',
  signature: '5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3',
  encrypted: 'P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==',
  plain: '1616140317555161061',
  receiveId: 'wx5823bf96d3bd56c7',
}

function reasonOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof CallbackRefusal) return `${error.status} ${error.reason}`
    throw error
  }
  return 'accepted'
}

/** A key of the documented alphabet; the last letter carries four bits only, which base64 decoding tolerates. */
const keys = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'),
  minLength: 43,
  maxLength: 43,
})

describe('the key', () => {
  test('is 43 letters and digits and nothing else', () => {
    for (const bad of ['', 'a'.repeat(42), 'a'.repeat(44), `${'a'.repeat(42)}=`, `${'a'.repeat(42)}$`, `${'a'.repeat(43)}\n`])
      expect(reasonOf(() => parseKey(bad))).toBe('403 key')
    expect(key).toHaveLength(32)
  })
})

describe('the envelope', () => {
  test('opens the official sample', () => {
    expect(sign(sample.token, sample.timestamp, sample.nonce, sample.encrypted)).toBe(sample.signature)
    const opened = openCallback({ token: sample.token, key, receiveIds: ['other', sample.receiveId] }, sample, sample.encrypted)
    expect(opened).toEqual({ message: sample.plain, receiveId: sample.receiveId })
  })

  test('gives back any text for any key, receive id and random prefix', () => {
    const texts = fc.string({ unit: 'binary', maxLength: 200 })
    fc.assert(
      fc.property(keys, texts, texts, fc.uint8Array({ minLength: 16, maxLength: 16 }), (encoded, message, receiveId, random) => {
        const some = parseKey(encoded)
        expect(decrypt(some, encrypt(some, receiveId, message, Buffer.from(random)))).toEqual({ message, receiveId })
      }),
    )
  })

  test('gives back any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect([...decryptBytes(key, encrypt(key, 'ww1', Buffer.from(bytes))).body]).toEqual([...bytes])
      }),
    )
  })

  test('pads with 1 to 32 bytes, each of them at some length', () => {
    const seen = new Set<number>()
    for (let length = 0; length < 32; length++) {
      const encrypted = encrypt(key, '', 'x'.repeat(length))
      const raw = createDecipheriv('aes-256-cbc', key.secret, key.iv).setAutoPadding(false)
      const plain = Buffer.concat([raw.update(encrypted, 'base64'), raw.final()])
      expect(plain.length % 32).toBe(0)
      seen.add(plain[plain.length - 1] ?? 0)
      expect(decrypt(key, encrypted).message).toHaveLength(length)
    }
    expect([...seen].sort((a, b) => a - b)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1))
  })

  test('keeps a leading byte order mark, since the answer of a URL check is compared byte by byte', () => {
    expect(decrypt(key, encrypt(key, 'ww1', '\uFEFF中文')).message).toBe('\uFEFF中文')
  })
})

describe('what is not ours is refused', () => {
  const secrets = { token: sample.token, key, receiveIds: [sample.receiveId] }
  const sealed = (encrypted: string) => ({ ...sample, signature: sign(sample.token, sample.timestamp, sample.nonce, encrypted) })

  test('with a wrong signature, of any length', () => {
    for (const signature of ['', '0', sample.signature.slice(1), `${sample.signature.slice(0, 39)}0`, '中'.repeat(40)])
      expect(reasonOf(() => openCallback(secrets, { ...sample, signature }, sample.encrypted))).toBe('403 signature')
    expect(isSigned('other', sample, sample.encrypted)).toBe(false)
  })

  test('when meant for another corp', () => {
    const encrypted = encrypt(key, 'ww_other', 'hello')
    expect(reasonOf(() => openCallback(secrets, sealed(encrypted), encrypted))).toBe('403 receive_id')
  })

  /** Seals any plain block, also one that WeCom would never make. */
  function sealRaw(plain: Buffer): string {
    const cipher = createCipheriv('aes-256-cbc', key.secret, key.iv).setAutoPadding(false)
    return Buffer.concat([cipher.update(plain), cipher.final()]).toString('base64')
  }

  test('when the inner length points outside', () => {
    for (const length of [17, 0x7fffffff, 0xffffffff]) {
      const plain = Buffer.alloc(64, 28)
      plain.writeUInt32BE(length, 16)
      expect(reasonOf(() => decrypt(key, sealRaw(plain)))).toBe('403 length')
    }
    expect(reasonOf(() => decrypt(key, sealRaw(Buffer.alloc(32, 16))))).toBe('403 length')
  })

  test('when the padding is none', () => {
    for (const last of [0, 33, 255]) expect(reasonOf(() => decrypt(key, sealRaw(Buffer.alloc(64, last))))).toBe('403 padding')
    const uneven = Buffer.alloc(64, 4)
    uneven[61] = 5
    expect(reasonOf(() => decrypt(key, sealRaw(uneven)))).toBe('403 padding')
  })

  test('when it was sealed with another key', () => {
    const other = parseKey('4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws')
    expect(reasonOf(() => decrypt(other, encrypt(key, 'ww1', 'hello')))).toMatch(/^403 (padding|length|encoding)$/)
  })

  test('in one way whatever the bytes are', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('base64')),
        ),
        (encrypted) => {
          expect(reasonOf(() => decrypt(key, encrypted))).toMatch(/^403 /)
        },
      ),
    )
  })

  test('after any single flipped byte of the ciphertext', () => {
    const good = Buffer.from(encrypt(key, sample.receiveId, 'hello'), 'base64')
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const bad = Buffer.from(good)
        bad[at] = (bad[at] ?? 0) ^ flip
        expect(reasonOf(() => openCallback(secrets, sample, bad.toString('base64')))).toBe('403 signature')
      }),
    )
  })
})
