import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { type Identity, type IdentityKind, identityKinds } from './schema.ts'

/** An identity as the table finds it. Phones are found by fingerprint; `secret` is what is sealed when it is written. */
export type StoredIdentity = { kind: IdentityKind; scope: string; value: string; secret: string | null; masked: string | null }

const strength = new Map(identityKinds.map((kind, place) => [kind, place]))

export const strengthOf = (kind: IdentityKind): number => strength.get(kind) ?? identityKinds.length

/** One person has one of these (within a scope); a second value is a sign of two persons. */
const singleKinds: ReadonlySet<string> = new Set<IdentityKind>(['unionid', 'wecom_external_userid', 'openid', 'member_no'])

/** External user ids of which nobody said the corp may be two names of one person in two corps. */
export const isSingle = ({ kind, scope }: { kind: string; scope: string }): boolean =>
  singleKinds.has(kind) && (kind !== 'wecom_external_userid' || scope !== '')

export const identityKey = ({ kind, scope, value }: { kind: string; scope: string; value: string }): string =>
  `${kind}\u0000${scope}\u0000${value}`

/** Strongest first, doubles dropped; throws `identity.invalid` or `phone.invalid` with the kind as field. */
export function storedIdentities(ctx: Context, identities: readonly Identity[]): StoredIdentity[] {
  const found = new Map<string, StoredIdentity>()
  for (const identity of identities) {
    const stored = storedIdentity(ctx, identity)
    found.set(identityKey(stored), stored)
  }
  return [...found.values()].sort((a, b) => strengthOf(a.kind) - strengthOf(b.kind))
}

export function storedIdentity(ctx: Context, { kind, value, scope = '' }: Identity): StoredIdentity {
  if (kind === 'phone') return storedPhone(ctx, value)
  const text = value.trim()
  if (text === '' || text.length > 200 || text.includes('\0') || !text.isWellFormed())
    throw appError('identity.invalid', { message: `A ${kind} has 1 to 200 letters.`, field: kind })
  return { kind, scope, value: text, secret: null, masked: null }
}

function storedPhone(ctx: Context, value: string): StoredIdentity {
  const phone = normalPhone(value)
  return {
    kind: 'phone',
    scope: '',
    value: phoneFingerprint(ctx, phone),
    secret: phone,
    masked: maskPhone(phone),
  }
}

/**
 * Digits, with `+` and the country only for numbers from abroad: `+86 138-0013-8000`, `0086…` and full-width digits are
 * the same as `13800138000`.
 */
export function normalPhone(text: string): string {
  const bare = text
    .normalize('NFKC')
    .replace(/[\s().\-–—]/g, '')
    .replace(/^00/, '+')
    .replace(/^\+86(?=1\d{10}$|0\d{9,11}$)/, '')
  const plain = /^86(1\d{10})$/.exec(bare)?.[1] ?? bare
  if (!/^(\+[1-9]\d{5,14}|\d{5,15})$/.test(plain))
    throw appError('phone.invalid', { message: 'This is not a phone number.', field: 'phone' })
  return plain
}

/** `138****8000`; of short numbers only the last two digits are shown. */
export const maskPhone = (phone: string): string =>
  phone.length >= 11 ? `${phone.slice(0, phone.length - 8)}****${phone.slice(-4)}` : `${'*'.repeat(phone.length - 2)}${phone.slice(-2)}`

export const phoneFingerprint = (ctx: Pick<Context, 'secrets' | 'tenantId'>, normal: string): string =>
  ctx.secrets.fingerprint(`${phoneOwner(ctx)} ${normal}`)

export const sealPhone = (ctx: Pick<Context, 'secrets' | 'tenantId'>, normal: string): Buffer => ctx.secrets.seal(normal, phoneOwner(ctx))

/** The number itself, for those who may see or dial it. */
export const openPhone = (ctx: Pick<Context, 'secrets' | 'tenantId'>, sealed: Buffer): string => ctx.secrets.open(sealed, phoneOwner(ctx))

const phoneOwner = ({ tenantId }: { tenantId: number }): string => `phone of tenant ${tenantId}`
