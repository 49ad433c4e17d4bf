import { sql } from 'kysely'
import { audit } from '#platform/audit.ts'
import { type Context, createContext, type Installation, systemActor } from '#platform/context.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { loginText } from './employees/login.ts'
import { hashPassword, isPassword, newPassword } from './passwords.ts'
import { hashToken, makeToken } from './tokens.ts'

export type FirstAccess = {
  tenantId: number
  login: string
  /** Null once it was changed. */
  password: string | null
  /** May do what the owner may; the same at every start until its row is deleted. */
  apiKey: string
}

/**
 * The tenant that `login` was the first owner of, made when there is none: any number of starts, also at the same moment,
 * find the same one. First password and key follow from this installation's secret, so that a start which was killed before
 * it printed them has lost nothing, while the database holds only their hashes.
 */
export async function createTenantWithOwner(installation: Installation, facts: { name: string; login: string }): Promise<FirstAccess> {
  const login = loginText(facts.login)
  const tenantId = await findOrMakeTenant(installation, facts.name, login)
  const ctx = createContext(installation, tenantId, systemActor, 'start')
  const { owner, apiKey } = await inTransaction(ctx, async (ctx) => {
    const owner = await findOrMakeOwner(ctx, login)
    return { owner, apiKey: await findOrMakeKey(ctx, owner.id) }
  })
  const password = firstPassword(ctx, owner.id)
  const unchanged = owner.mustChangePassword && (await isPassword(password, owner.passwordHash))
  return { tenantId, login: owner.login ?? login, password: unchanged ? password : null, apiKey }
}

async function findOrMakeTenant({ databases }: Installation, name: string, login: string): Promise<number> {
  const key = `tenant_of_first_login:${login}`
  return databases.system.transaction().execute(async (db) => {
    await sql`select pg_advisory_xact_lock(hashtext('liuliang.bootstrap'))`.execute(db)
    const known = await db.selectFrom('installation').select('value').where('name', '=', key).executeTakeFirst()
    if (known) return Number(known.value)
    const { id } = await db.insertInto('tenants').values({ name }).returning('id').executeTakeFirstOrThrow()
    await db
      .insertInto('installation')
      .values({ name: key, value: String(id) })
      .execute()
    return id
  })
}

type Owner = { id: number; login: string | null; passwordHash: string | null; mustChangePassword: boolean }

async function findOrMakeOwner(ctx: Context, login: string): Promise<Owner> {
  await sql`select pg_advisory_xact_lock(hashtext('liuliang.owner'), ${ctx.tenantId})`.execute(ctx.db)
  const owner = await ctx.db
    .selectFrom('employees as e')
    .innerJoin('roles as r', (join) => join.onRef('r.tenantId', '=', 'e.tenantId').onRef('r.id', '=', 'e.roleId'))
    .select(['e.id', 'e.login', 'e.passwordHash', 'e.mustChangePassword'])
    .where('e.tenantId', '=', ctx.tenantId)
    .where('r.preset', '=', 'owner')
    .where('e.status', '=', 'active')
    .orderBy('e.id')
    .limit(1)
    .executeTakeFirst()
  return owner ?? makeOwner(ctx, login)
}

async function makeOwner(ctx: Context, login: string): Promise<Owner> {
  const role = await ctx.db
    .selectFrom('roles')
    .select('id')
    .where('tenantId', '=', ctx.tenantId)
    .where('preset', '=', 'owner')
    .executeTakeFirstOrThrow()
  const { id } = await ctx.db
    .insertInto('employees')
    .values({ tenantId: ctx.tenantId, name: '管理员', login, roleId: role.id, scope: 'all', mustChangePassword: true })
    .returning('id')
    .executeTakeFirstOrThrow()
  const passwordHash = await hashPassword(firstPassword(ctx, id))
  await ctx.db.updateTable('employees').set({ passwordHash }).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
  await audit(ctx, 'tenant.created', ['emp', id])
  return { id, login, passwordHash, mustChangePassword: true }
}

const firstPassword = (ctx: Context, ownerId: number): string =>
  newPassword(Buffer.from(ctx.secrets.fingerprint(`first password ${ctx.tenantId} ${ownerId}`), 'hex'))

const keyName = '本机 Local'

async function findOrMakeKey(ctx: Context, ownerId: number): Promise<string> {
  const known = await ctx.db
    .selectFrom('apiKeys')
    .select(['id', 'keyHash'])
    .where('tenantId', '=', ctx.tenantId)
    .where('name', '=', keyName)
    .where('employeeId', '=', ownerId)
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  const id = known?.id ?? (await makeKey(ctx, ownerId))
  const key = makeToken('llk', ctx.tenantId, ctx.secrets.fingerprint(`local key ${ctx.tenantId} ${id}`))
  if (known?.keyHash !== hashToken(key))
    await ctx.db
      .updateTable('apiKeys')
      .set({ keyHash: hashToken(key), hint: key.slice(-4) })
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .execute()
  return key
}

async function makeKey(ctx: Context, ownerId: number): Promise<number> {
  const { id } = await ctx.db
    .insertInto('apiKeys')
    .values({
      tenantId: ctx.tenantId,
      name: keyName,
      hint: '',
      keyHash: makeToken('llk', ctx.tenantId),
      scopes: ['*'],
      employeeId: ownerId,
      createdAt: ctx.now(),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await audit(ctx, 'api_key.created', ['api', id], { name: keyName, scopes: ['*'] })
  return id
}
