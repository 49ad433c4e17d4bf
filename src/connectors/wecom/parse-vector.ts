import * as z from 'zod'
import { CallbackRefusal, decrypt, openCallback, parseKey, sign } from './crypto.ts'

const base = { op: z.string(), token: z.string(), timestamp: z.string(), nonce: z.string(), encrypt: z.string(), msg_signature: z.string() }
const signature = z.looseObject(base)
const envelope = z.looseObject({ ...base, encodingAESKey: z.string(), receiveid: z.string() })
const keys = z.looseObject({ op: z.string(), encodingAESKeys: z.array(z.string()) })

/** A crypto sample, computed anew: what comes out is our own result, not the sample's. */
export function readVector(value: unknown): { type: string; known: boolean; value: unknown } {
  const op = z.looseObject({ op: z.string() }).catch({ op: 'unknown' }).parse(value).op
  const result = envelopeResult(value) ?? signatureResult(value) ?? keysResult(value)
  return { type: `crypto.${op}`, known: result !== undefined, value: result ?? value }
}

function envelopeResult(value: unknown) {
  const parsed = envelope.safeParse(value)
  if (!parsed.success) return undefined
  const { op, token, timestamp, nonce, encrypt, msg_signature, encodingAESKey, receiveid } = parsed.data
  const query = { signature: msg_signature, timestamp, nonce }
  return {
    op,
    signature: sign(token, timestamp, nonce, encrypt),
    ...outcome(() => openCallback({ token, key: parseKey(encodingAESKey), receiveIds: [receiveid] }, query, encrypt)),
    ...outcome(() => ({ receiveId: decrypt(parseKey(encodingAESKey), encrypt).receiveId })),
  }
}

function signatureResult(value: unknown) {
  const parsed = signature.safeParse(value)
  if (!parsed.success) return undefined
  const { op, token, timestamp, nonce, encrypt, msg_signature } = parsed.data
  const computed = sign(token, timestamp, nonce, encrypt)
  return { op, signature: computed, accepted: computed === msg_signature }
}

function keysResult(value: unknown) {
  const parsed = keys.safeParse(value)
  if (!parsed.success) return undefined
  const { op, encodingAESKeys } = parsed.data
  return { op, keys: encodingAESKeys.map((key) => ({ key, ...outcome(() => ({ length: parseKey(key).length })) })) }
}

function outcome<T extends object>(work: () => T): (T & { accepted: true }) | { accepted: false; reason: string } {
  try {
    return { ...work(), accepted: true }
  } catch (error) {
    if (error instanceof CallbackRefusal) return { accepted: false, reason: error.reason }
    throw error
  }
}
