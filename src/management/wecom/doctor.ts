import type { WecomApp } from '#connectors/wecom/connection.ts'
import type { Context } from '#platform/context.ts'
import { wecomApp } from './app.ts'
import { checkCapabilities, rememberAccess } from './capability-checks.ts'
import { capabilityFindings, rememberedFindings } from './capability-words.ts'
import { readCorp } from './corps.ts'
import { checkAgent, checkMembers, checkSecret } from './doctor-app.ts'
import { checkCallback, checkDoor, checkInbox, checkPushes, checkQuota, checkSync, checkWelcomes } from './doctor-records.ts'
import type { Finding } from './schema.ts'

/** All corps of the tenant, for `liuliang doctor`; with several of them each finding names its corp. */
export async function wecomDoctor(ctx: Context): Promise<Finding[]> {
  const corps = await ctx.db.selectFrom('wecomCorps').select(['id', 'corpId']).where('tenantId', '=', ctx.tenantId).orderBy('id').execute()
  const found = await Promise.all(
    corps.map(async ({ id, corpId }) =>
      (await wecomDoctorOf(ctx, id)).map((finding) => (corps.length > 1 ? { ...finding, check: `${corpId} ${finding.check}` } : finding)),
    ),
  )
  return found.flat()
}

/** Only what the app may do; what our own records tell costs nothing and is read where it is shown. */
export async function checkRights(ctx: Context, corp: number): Promise<void> {
  const secret = await checkSecret(ctx, await wecomApp(ctx, corp))
  await rememberAccess(ctx, corp, secret)
  if (secret.ok) await checkCapabilities(ctx, corp)
}

/** What only WeCom knows. */
async function askAll(ctx: Context, app: WecomApp, corp: number): Promise<Finding[]> {
  const [agent, { outcomes, members }] = await Promise.all([checkAgent(ctx, app), checkCapabilities(ctx, corp)])
  return [agent, ...capabilityFindings(outcomes), ...(await checkMembers(ctx, corp, members))]
}

/** Looks at one corp from both sides. Whatever is wrong is a finding with a way out, never an exception. */
export async function wecomDoctorOf(ctx: Context, corp: number): Promise<Finding[]> {
  const app = await wecomApp(ctx, corp)
  const secret = await checkSecret(ctx, app)
  // With a wrong secret every further question would be a wrong call, and two thousand of those block the address for an hour.
  const asked = secret.ok ? await askAll(ctx, app, corp) : []
  await rememberAccess(ctx, corp, secret)
  return [secret, ...asked, ...(await ownFindings(ctx, corp))]
}

/** What is known without asking WeCom: what it said last, and what our own records tell. */
export const knownFindings = async (ctx: Context, corp: number): Promise<Finding[]> => [
  ...(await rememberedFindings(ctx, corp)),
  ...(await ownFindings(ctx, corp)),
]

async function ownFindings(ctx: Context, corp: number): Promise<Finding[]> {
  const view = await readCorp(ctx, corp)
  return [
    checkCallback(ctx, view),
    await checkInbox(ctx, corp),
    await checkWelcomes(ctx, corp),
    await checkPushes(ctx),
    ...(await checkDoor(ctx, corp)),
    await checkQuota(ctx, view),
    checkSync(ctx, view),
  ].flat()
}
