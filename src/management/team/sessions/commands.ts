import { audit } from '#platform/audit.ts'
import { type Actor, type Context, createContext, type Installation } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { expiryOf, findEmployee, forgetCallers } from '../authenticate.ts'
import { loginText } from '../employees/login.ts'
import { checkNewPassword, hashPassword, isPassword } from '../passwords.ts'
import { countAttempt, forgiveAttempts } from '../throttle.ts'
import { hashToken, makeToken } from '../tokens.ts'

/** Where an attempt to log in comes from. */
export type Visit = { ip: string | undefined; userAgent: string | undefined; requestId: string }

export type Opened = { token: string; ctx: Context }

/** Password login. Unknown account and wrong password are the same answer after the same time. */
export async function logIn(installation: Installation, given: { login: string; password: string }, visit: Visit): Promise<Opened> {
  const found = await findByPassword(installation, given, visit)
  if (found.mustChangePassword)
    throw appError('session.password_change_required', {
      status: 403,
      message: 'This first password must be changed before the first login.',
    })
  return openSession(installation, found.tenantId, found.id, visit, 'password')
}

/** Ends every session of the employee and opens a new one. */
export async function changePassword(
  installation: Installation,
  given: { login: string; password: string; newPassword: string },
  visit: Visit,
): Promise<Opened> {
  const found = await findByPassword(installation, given, visit)
  checkNewPassword(given.newPassword, { login: loginText(given.login), old: given.password })
  const passwordHash = await hashPassword(given.newPassword)
  const ctx = await contextOf(installation, found.tenantId, found.id, visit)
  await inTransaction(ctx, async (ctx) => {
    const changed = await ctx.db
      .updateTable('employees')
      .set({ passwordHash, mustChangePassword: false })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', found.id)
      .where('passwordHash', '=', found.passwordHash)
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n) throw wrongCredentials()
    await endSessions(ctx, found.id)
    await audit(ctx, 'password.changed', ['emp', found.id])
  })
  return openSession(installation, found.tenantId, found.id, visit, 'password')
}

/** Opens a session for an employee whose identity is already proven. */
export async function openSession(
  installation: Installation,
  tenantId: number,
  employeeId: number,
  visit: Visit,
  by: 'password' | 'wecom',
): Promise<Opened> {
  const ctx = await contextOf(installation, tenantId, employeeId, visit)
  const token = makeToken('ses', tenantId)
  const now = ctx.now()
  await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .deleteFrom('sessions')
      .where('tenantId', '=', tenantId)
      .where('employeeId', '=', employeeId)
      .where('expiresAt', '<=', now)
      .execute()
    await ctx.db
      .insertInto('sessions')
      .values({
        tenantId,
        tokenHash: hashToken(token),
        employeeId,
        createdAt: now,
        seenAt: now,
        expiresAt: expiryOf(now, now),
        ip: visit.ip ?? null,
        userAgent: visit.userAgent?.slice(0, 300) ?? null,
      })
      .execute()
    await ctx.db.updateTable('employees').set({ loggedInAt: now }).where('tenantId', '=', tenantId).where('id', '=', employeeId).execute()
    await audit(ctx, 'session.opened', ['emp', employeeId], { by })
  })
  return { token, ctx }
}

export async function closeSession(ctx: Context, token: string): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const { numDeletedRows } = await ctx.db
      .deleteFrom('sessions')
      .where('tenantId', '=', ctx.tenantId)
      .where('tokenHash', '=', hashToken(token))
      .executeTakeFirst()
    if (numDeletedRows > 0n) await audit(ctx, 'session.closed', ['emp', ctx.actor.id])
  })
  forgetCallers(ctx, ctx.tenantId)
}

/** In the surrounding transaction. */
export async function endSessions(ctx: Context, employeeId: number): Promise<void> {
  await ctx.db.deleteFrom('sessions').where('tenantId', '=', ctx.tenantId).where('employeeId', '=', employeeId).execute()
  forgetCallers(ctx, ctx.tenantId)
}

type Found = { tenantId: number; id: number; passwordHash: string | null; mustChangePassword: boolean }

async function findByPassword(
  installation: Installation,
  { login: typed, password }: { login: string; password: string },
  visit: Visit,
): Promise<Found> {
  const login = loginText(typed)
  await countAttempt(installation, { login, ip: visit.ip })
  const found = await installation.databases.system
    .selectFrom('employees')
    .select(['tenantId', 'id', 'name', 'status', 'passwordHash', 'mustChangePassword'])
    .where('login', '=', login)
    .executeTakeFirst()
  const right = await isPassword(password, found?.passwordHash)
  if (!found || !right) {
    if (found) noteRefusal(installation, found, visit)
    throw wrongCredentials()
  }
  await forgiveAttempts(installation, { login, ip: visit.ip })
  if (found.status !== 'active')
    throw appError('session.account_suspended', { status: 403, message: 'This account is suspended. Ask whoever manages the employees.' })
  return found
}

const wrongCredentials = () => appError('session.wrong_credentials', { status: 401, message: 'Login or password is wrong.' })

/** Beside the answer, not before it: the time must not tell that the account exists. */
function noteRefusal(
  installation: Installation,
  { tenantId, id, name }: { tenantId: number; id: number; name: string },
  visit: Visit,
): void {
  const actor: Actor = { kind: 'employee', id, name, permissions: new Set(), scope: [], ...(visit.ip ? { ip: visit.ip } : {}) }
  const ctx = createContext(installation, tenantId, actor, visit.requestId)
  audit(ctx, 'session.refused', ['emp', id], { reason: 'wrong password' }).catch((error) =>
    ctx.log.error({ err: error }, 'a refused login was not written down'),
  )
}

async function contextOf(installation: Installation, tenantId: number, employeeId: number, visit: Visit): Promise<Context> {
  const actor = await findEmployee(installation, tenantId, employeeId)
  if (!actor) throw wrongCredentials()
  return createContext(installation, tenantId, visit.ip ? { ...actor, ip: visit.ip } : actor, visit.requestId)
}
