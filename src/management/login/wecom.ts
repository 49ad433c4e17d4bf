import { WecomError } from '#connectors/wecom/errors.ts'
import { authorizeUrl, qrLoginUrl, readVisitor } from '#connectors/wecom/oauth.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { randomToken } from '#platform/ids.ts'
import { findEmployeeByAccount } from '../team/queries.ts'
import { type Opened, openSession, type Visit } from '../team/sessions/commands.ts'
import { hashToken } from '../team/tokens.ts'
import { wecomApp } from '../wecom/app.ts'

const minutes = 10

type Corp = { tenantId: number; id: number }

/** Inside WeCom's own browser the visitor is known at once; anywhere else a code is shown to scan. */
export type Start = { corp: string | undefined; returnTo: string; insideWecom: boolean; requestId: string }

/**
 * Where to send the browser. `state` comes back with the answer; the cookie proves that the same browser began: nobody can
 * be logged into an account that somebody else began to log into.
 */
export async function startWecomLogin(installation: Installation, start: Start): Promise<{ url: string; cookie: string }> {
  const corp = await findCorp(installation, start.corp)
  const ctx = createContext(installation, corp.tenantId, systemActor, start.requestId)
  const app = await wecomApp(ctx, corp.id)
  const state = `${corp.tenantId.toString(36)}.${randomToken(24)}`
  const cookie = randomToken(24)
  const now = ctx.now()
  await ctx.db.deleteFrom('loginStates').where('tenantId', '=', ctx.tenantId).where('expiresAt', '<=', now).execute()
  await ctx.db
    .insertInto('loginStates')
    .values({
      tenantId: ctx.tenantId,
      stateHash: hashToken(state),
      corpId: corp.id,
      cookieHash: hashToken(cookie),
      returnTo: start.returnTo,
      expiresAt: new Date(now.getTime() + minutes * 60_000),
    })
    .execute()
  const back = { redirectUri: new URL('/api/v1/session/wecom/callback', installation.config.publicUrl).href, state }
  return { url: start.insideWecom ? authorizeUrl(app, back) : qrLoginUrl(app, back), cookie }
}

/** The employee behind the code gets a session; the state is used up whatever comes of it. */
export async function finishWecomLogin(
  installation: Installation,
  given: { code: string; state: string; cookie: string | undefined },
  visit: Visit,
): Promise<Opened & { returnTo: string }> {
  const begun = await takeState(installation, given.state)
  if (!begun || begun.expiresAt <= installation.now() || !given.cookie || hashToken(given.cookie) !== begun.cookieHash)
    throw appError('session.wecom_state', {
      status: 403,
      message: 'This login was not begun in this browser, is older than ten minutes, or was used before. Begin again.',
    })
  const ctx = createContext(installation, begun.tenantId, systemActor, visit.requestId)
  const employeeId = await readMember(ctx, begun.corpId, given.code)
  return { ...(await openSession(installation, ctx.tenantId, employeeId, visit, 'wecom')), returnTo: begun.returnTo }
}

/** Found once: the row is gone with the answer. */
async function takeState({ databases }: Installation, state: string) {
  const [, tenant = ''] = /^([0-9a-z]{1,6})\.[\w-]{32}$/.exec(state) ?? []
  const tenantId = Number.parseInt(tenant, 36)
  if (!(tenantId <= 0x7fffffff)) return undefined
  return databases.system
    .deleteFrom('loginStates')
    .where('tenantId', '=', tenantId)
    .where('stateHash', '=', hashToken(state))
    .returning(['tenantId', 'corpId', 'cookieHash', 'returnTo', 'expiresAt'])
    .executeTakeFirst()
}

async function readMember(ctx: Context, corpId: number, code: string): Promise<number> {
  const visitor = await readVisitor(await wecomApp(ctx, corpId), code, { requestId: ctx.requestId }).catch((cause) => {
    // 40029 wrong or used code, 42003 expired code (doc 90313).
    if (cause instanceof WecomError && [40029, 42003].includes(cause.errcode))
      throw appError('session.wecom_code', { status: 403, message: 'WeCom does not know this code any more. Begin again.', cause })
    throw cause
  })
  const employeeId = 'userId' in visitor ? await findEmployeeByAccount(ctx, corpId, visitor.userId) : undefined
  const active =
    employeeId !== undefined &&
    (await ctx.db
      .selectFrom('employees')
      .select('id')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', employeeId)
      .where('status', '=', 'active')
      .executeTakeFirst())
  if (!active)
    throw appError('session.wecom_stranger', {
      status: 403,
      message: 'This WeCom member is no active employee here. Synchronise the directory, or ask whoever manages the employees.',
    })
  return active.id
}

/** By WeCom's corp id; without one the only corp there is. */
async function findCorp({ databases }: Installation, corpId: string | undefined): Promise<Corp> {
  const corps = await databases.system
    .selectFrom('wecomCorps')
    .select(['tenantId', 'id'])
    .where('state', '=', 'active')
    .$if(corpId !== undefined, (query) => query.where('corpId', '=', String(corpId)))
    .orderBy('tenantId')
    .orderBy('id')
    .limit(2)
    .execute()
  const [corp, other] = corps
  if (!corp)
    throw appError('session.wecom_no_corp', {
      status: 404,
      message: 'No WeCom corp is connected here. Log in with a password.',
      field: 'corp',
    })
  if (other)
    throw appError('session.wecom_which_corp', {
      status: 409,
      message: 'Several WeCom corps are connected; name one with ?corp=CORPID.',
      field: 'corp',
    })
  return corp
}
