import { getCookie } from 'hono/cookie'
import type { Actor, Installation } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { callerAddress, refuseOtherSites } from '#platform/http/caller.ts'
import type { Authenticate } from '#platform/http/server.ts'
import { commonPermissions } from './permissions.ts'
import { type DataScope, roleFacts } from './presets.ts'
import { readScope } from './scope.ts'
import { readToken } from './tokens.ts'

export const sessionCookie = 'liuliang_session'

/** A session that nobody uses for three days ends, and every session ends after thirty. */
const idleMs = 3 * 24 * 3600_000
export const longestMs = 30 * 24 * 3600_000

/** How long a found caller is believed without asking again; the same process forgets at once what it changes itself. */
const believedMs = 5_000
/** A session in use is moved on at most this often. */
const slideMs = 5 * 60_000

type Caller = { tenantId: number; actor: Actor }

/** Session cookie or `Authorization: Bearer KEY`. A key that is not good is refused here; a cookie that is not good is nobody. */
export const authenticate: Authenticate = async (installation, c) => {
  const ip = callerAddress(c)
  const bearer = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1]
  if (bearer) {
    if (bearer.startsWith('llp_') && !isEventsDoor(c.req.path))
      throw appError('api_key.public', { status: 403, message: 'A public key may only send events and ask which variant a page shows.' })
    const caller = await callerOfKey(installation, bearer)
    if (!caller && c.req.path.startsWith('/api/'))
      throw appError('api_key.invalid', {
        status: 401,
        message: 'This API key is unknown, expired or deleted, or the employee behind it is suspended.',
      })
    return caller && at(caller, ip)
  }
  // The tracker's door is for pages anywhere; a beacon brings the cookie along, which says nothing there.
  const token = c.req.path.startsWith('/t/') ? undefined : getCookie(c, sessionCookie)
  const caller = token ? await callerOfSession(installation, token) : undefined
  if (!caller) return undefined
  refuseOtherSites(c)
  return at(caller, ip)
}

/** A public key stands in web pages for everybody to read: it opens nothing else, not even what every logged-in caller may. */
const isEventsDoor = (path: string): boolean => path === '/api/v1/events' || path.startsWith('/t/')

const at = ({ tenantId, actor }: Caller, ip: string | undefined): Caller => ({
  tenantId,
  actor: ip === undefined ? actor : { ...actor, ip },
})

export const callerOfKey = (installation: Installation, key: string): Promise<Caller | undefined> =>
  believed(installation, key, ['llk', 'llp'], findKey)

const callerOfSession = (installation: Installation, token: string): Promise<Caller | undefined> =>
  believed(installation, token, ['ses'], findSession)

type Believed = Map<string, { tenantId: number; until: number; caller: Promise<Caller | undefined> }>

const memory = new WeakMap<object, Believed>()
const mostBelieved = 10_000

/** After a change of rights: this process asks again, others within five seconds. */
export const forgetCallers = (installation: Installation, tenantId: number): void => {
  const known = memory.get(installation.databases)
  for (const [hash, entry] of known ?? []) if (entry.tenantId === tenantId) known?.delete(hash)
}

type Find = (installation: Installation, tenantId: number, hash: string) => Promise<Caller | undefined>

async function believed(installation: Installation, text: string, kinds: string[], find: Find): Promise<Caller | undefined> {
  const token = readToken(text)
  if (!token || !kinds.includes(token.kind)) return undefined
  const known = memory.get(installation.databases) ?? new Map()
  memory.set(installation.databases, known)
  const now = installation.now().getTime()
  const found = known.get(token.hash)
  if (found && now < found.until && now > found.until - 2 * believedMs) return found.caller
  if (known.size >= mostBelieved) known.clear()
  const caller = find(installation, token.tenantId, token.hash)
  known.set(token.hash, { tenantId: token.tenantId, until: now + believedMs, caller })
  // A failed question must not be believed.
  caller.catch(() => known.delete(token.hash))
  return caller
}

async function findSession(installation: Installation, tenantId: number, hash: string): Promise<Caller | undefined> {
  const now = installation.now()
  const db = installation.databases.system
  const session = await db
    .selectFrom('sessions')
    .select(['employeeId', 'createdAt', 'seenAt', 'expiresAt'])
    .where('tenantId', '=', tenantId)
    .where('tokenHash', '=', hash)
    .executeTakeFirst()
  if (!session || session.expiresAt <= now) return undefined
  const employee = await findEmployee(installation, tenantId, session.employeeId)
  if (!employee) return undefined
  if (now.getTime() - session.seenAt.getTime() > slideMs)
    await db
      .updateTable('sessions')
      .set({ seenAt: now, expiresAt: expiryOf(session.createdAt, now) })
      .where('tenantId', '=', tenantId)
      .where('tokenHash', '=', hash)
      .execute()
  return { tenantId, actor: employee }
}

export const expiryOf = (createdAt: Date, now: Date): Date => new Date(Math.min(now.getTime() + idleMs, createdAt.getTime() + longestMs))

async function findKey(installation: Installation, tenantId: number, hash: string): Promise<Caller | undefined> {
  const now = installation.now()
  const db = installation.databases.system
  const key = await db
    .selectFrom('apiKeys')
    .select(['id', 'name', 'scopes', 'employeeId', 'expiresAt', 'usedAt'])
    .where('tenantId', '=', tenantId)
    .where('keyHash', '=', hash)
    .executeTakeFirst()
  if (!key || (key.expiresAt && key.expiresAt <= now)) return undefined
  const employee = key.employeeId === null ? undefined : await findEmployee(installation, tenantId, key.employeeId)
  if (key.employeeId !== null && !employee) return undefined
  if (!key.usedAt || now.getTime() - key.usedAt.getTime() > slideMs)
    await db.updateTable('apiKeys').set({ usedAt: now }).where('tenantId', '=', tenantId).where('id', '=', key.id).execute()
  const permissions = employee ? commonPermissions(key.scopes, employee.permissions) : new Set(key.scopes)
  return { tenantId, actor: { kind: 'api_key', id: key.id, name: key.name, permissions, scope: employee?.scope ?? [] } }
}

/** An active employee as actor. */
export async function findEmployee(installation: Installation, tenantId: number, id: number): Promise<Actor | undefined> {
  const db = installation.databases.system
  const found = await db
    .selectFrom('employees as e')
    .innerJoin('roles as r', (join) => join.onRef('r.tenantId', '=', 'e.tenantId').onRef('r.id', '=', 'e.roleId'))
    .select(['e.name as employeeName', 'e.scope as employeeScope', 'r.preset', 'r.name', 'r.permissions', 'r.home'])
    .where('e.tenantId', '=', tenantId)
    .where('e.id', '=', id)
    .where('e.status', '=', 'active')
    .executeTakeFirst()
  if (!found) return undefined
  const { permissions }: { permissions: readonly string[] } = roleFacts({ ...found, scope: found.employeeScope })
  // Who may everything could also give themselves everyone's customers; a narrower scope would only lock them out of giving it.
  const scope = await readScope(db, tenantId, id, permissions.includes('*') ? 'all' : (found.employeeScope as DataScope))
  return { kind: 'employee', id, name: found.employeeName, permissions: new Set(permissions), scope }
}
