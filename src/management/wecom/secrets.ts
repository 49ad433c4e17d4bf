import { randomInt } from 'node:crypto'
import type { SecretBox } from '#platform/secrets.ts'

type Speaker = { tenantId: number; secrets: SecretBox }

/** Secrets of a corp; each is sealed to its place, so that none can be moved into another row. */
export type SecretField = 'secret' | 'callback_token' | 'callback_key' | 'archive_secret' | `archive_key_${number}`

export const sealSecret = (who: Speaker, corpId: string, field: SecretField, text: string): Buffer =>
  who.secrets.seal(text, place(who, corpId, field))

export const openSecret = (who: Speaker, corpId: string, field: SecretField, sealed: Buffer): string =>
  who.secrets.open(sealed, place(who, corpId, field))

const place = ({ tenantId }: Speaker, corpId: string, field: SecretField) => `wecom_corp:${tenantId}:${corpId}:${field}`

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'

/** WeCom's admin page takes letters and digits only: a token of up to 32, an EncodingAESKey of exactly 43. */
export const newCallbackToken = (): string => randomLetters(32)
export const newCallbackKey = (): string => randomLetters(43)

const randomLetters = (length: number): string => Array.from({ length }, () => letters[randomInt(letters.length)]).join('')
