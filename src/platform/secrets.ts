import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Config } from './config.ts'
import { appError } from './errors.ts'

/** Seals small secrets (app secrets, callback keys) for the database: AES-256-GCM, bound to what they belong to. */
export type SecretBox = {
  seal(text: string, belongsTo: string): Buffer
  open(sealed: Buffer, belongsTo: string): string
  /** Keyed hash for looking up values that are stored sealed, such as phone numbers. */
  fingerprint(text: string): string
}

/** The first key seals, all open: a rotation puts the new key before the old ones, comma separated. */
export function createSecretBox(keyText: string): SecretBox {
  const keys = keyText.split(',').map((text) => createHash('sha256').update(text.trim()).digest())
  const [current] = keys
  if (!current) throw appError('secret.no_key', { message: 'LIULIANG_SECRET_KEY is empty.' })
  return {
    seal(text, belongsTo) {
      const nonce = randomBytes(12)
      const cipher = createCipheriv('aes-256-gcm', current, nonce).setAAD(Buffer.from(belongsTo))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return Buffer.concat([nonce, cipher.getAuthTag(), body])
    },
    open(sealed, belongsTo) {
      for (const key of keys) {
        const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12))
          .setAAD(Buffer.from(belongsTo))
          .setAuthTag(sealed.subarray(12, 28))
        try {
          return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString('utf8')
        } catch {
          // Sealed under another key of the ring.
        }
      }
      throw appError('secret.wrong_key', {
        status: 500,
        message: 'A stored secret cannot be opened: LIULIANG_SECRET_KEY is not the key it was sealed with.',
      })
    },
    fingerprint: (text) =>
      createHash('sha256')
        .update(keys.at(-1) ?? current)
        .update(text)
        .digest('hex'),
  }
}

/** From the environment, else from a file beside (not inside) the data folder, made at the first start. */
export function readSecretKey(config: Config): string {
  if (config.secretKey) return config.secretKey
  const file = `${config.dataDir}.key`
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('base64url'), { mode: 0o600, flag: 'wx' })
  return readFileSync(file, 'utf8').trim()
}
