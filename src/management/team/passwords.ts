import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { appError } from '#platform/errors.ts'

// OWASP's scrypt of 32 MB and three lanes; kept with each hash, so that a later version may ask for more.
const cost = { N: 2 ** 15, r: 8, p: 3 }
const shortest = 8
const longest = 200

/** `scrypt$N$r$p$salt$hash` */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16)
  const hash = await derive(password, salt, cost)
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64url'), hash.toString('base64url')].join('$')
}

/** Takes the same time for an account that does not exist or has no password: then the password is compared with nobody's. */
export async function isPassword(password: string, stored: string | null | undefined): Promise<boolean> {
  const [, N, r, p, salt = '', hash = ''] = (stored ?? nobody).split('$')
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(found, Buffer.from(hash, 'base64url')) && stored !== null && stored !== undefined
}

const nobody = ['scrypt', cost.N, cost.r, cost.p, 'bm9ib2R5IGhhcyBpdA', Buffer.alloc(32).toString('base64url')].join('$')

/** Refuses what a guesser tries first. `field` names the value in the request. */
export function checkNewPassword(password: string, facts: { login: string; old?: string }, field = 'newPassword'): void {
  const refuse = (reason: string, message: string) => appError(`password.${reason}`, { message, field })
  if ([...password].length < shortest) throw refuse('too_short', `A password has at least ${shortest} letters.`)
  if (password.length > longest) throw refuse('too_long', `A password has at most ${longest} letters.`)
  if (password === facts.old) throw refuse('same_as_old', 'The new password is the old one.')
  if (facts.login.length > 2 && password.toLowerCase().includes(facts.login))
    throw refuse('contains_login', 'The password may not contain the login.')
  if (new Set(password).size < 4 || common.has(password.toLowerCase()))
    throw refuse('too_common', 'This password is among the first that are guessed.')
}

const common = new Set([
  '12345678',
  '123456789',
  '1234567890',
  '87654321',
  'password',
  'password1',
  'passw0rd',
  'qwertyui',
  'qwerty123',
  'qwertyuiop',
  'asdfghjkl',
  '1q2w3e4r',
  '1qaz2wsx',
  'abcd1234',
  'a1234567',
  'aa123456',
  'abc12345',
  'admin123',
  'admin888',
  'iloveyou',
  'woaini520',
  'woaini1314',
  '5201314520',
  '147258369',
  '789456123',
  '66668888',
  '88886666',
])

/** A first password: easy to read out, 80 bits. */
export const newPassword = (source: Buffer = randomBytes(16)): string =>
  Array.from(source.subarray(0, 16), (byte) => letters[byte % letters.length])
    .join('')
    .replace(/.{4}(?=.)/g, '$&-')

const letters = 'abcdefghjkmnpqrstuvwxyz23456789'.padEnd(32, 'w')

let running = 0
const waiting: (() => void)[] = []

/** Two at a time: each takes 32 MB and a thread of the pool that files and DNS share. A long queue is turned away. */
async function derive(password: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  if (waiting.length >= 200)
    throw appError('session.too_busy', { status: 503, message: 'Too many logins at this moment; try again shortly.' })
  if (running >= 2) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await new Promise<Buffer>((resolve, reject) =>
      scrypt(password.normalize('NFKC').slice(0, 1000), salt, 32, { ...options, maxmem: 128 * 1024 * 1024 }, (error, hash) =>
        error ? reject(error) : resolve(hash),
      ),
    )
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
