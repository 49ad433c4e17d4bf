import { createHmac, timingSafeEqual } from 'node:crypto'
import { appError } from './errors.ts'

/** How far the signed time may be from ours, seconds. */
const toleranceSeconds = 300

/** `t=UNIX,v1=HEX`, HEX = HMAC-SHA256(secret, t + "." + raw body): the form of both hooks in and webhooks out. */
export function signBody(secret: string, rawBody: string, now: Date): string {
  const time = Math.floor(now.getTime() / 1000)
  return `t=${time},v1=${digest(secret, time, rawBody)}`
}

/** Throws 401 for a missing, malformed, old or wrong signature; several secrets are accepted while one is being rotated. */
export function checkSignature(secrets: readonly string[], header: string | undefined, rawBody: string, now: Date): void {
  const [, time = '', hex = ''] = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(header?.replaceAll(' ', '') ?? '') ?? []
  if (!hex) throw refused('webhook.signature_missing', 'Sign the request: Liuliang-Signature: t=UNIX,v1=HEX.')
  if (Math.abs(now.getTime() / 1000 - Number(time)) > toleranceSeconds)
    throw refused('webhook.signature_expired', `The signed time is more than ${toleranceSeconds} s away from ours.`)
  const given = Buffer.from(hex, 'hex')
  if (!secrets.some((secret) => timingSafeEqual(Buffer.from(digest(secret, Number(time), rawBody), 'hex'), given)))
    throw refused('webhook.signature_wrong', 'The signature does not fit this body and secret.')
}

const digest = (secret: string, time: number, rawBody: string): string =>
  createHmac('sha256', secret).update(`${time}.${rawBody}`).digest('hex')

const refused = (code: string, message: string) => appError(code, { status: 401, message, field: 'Liuliang-Signature' })
