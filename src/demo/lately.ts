import { addVariant, createAcquisitionLink } from '#growth/acquisition-links/commands.ts'
import { readAcquisitionLink } from '#growth/acquisition-links/queries.ts'
import { AcquisitionLinkInput, VariantInput } from '#growth/acquisition-links/schema.ts'
import { connectSandboxArchive } from '#management/archive/connect-sandbox.ts'
import { createGroupCode } from '#operation/group-codes/commands.ts'
import { GroupCodeInput } from '#operation/group-codes/schema.ts'
import { listGroups } from '#operation/groups/queries.ts'
import { GroupQuery } from '#operation/groups/schema.ts'
import type { Context } from '#platform/context.ts'
import { publicId } from '#platform/ids.ts'
import { type Random, seededRandom } from '#platform/random.ts'
import { atWakingHour, calendarOf, type Plan } from './calendar.ts'
import { chats, links, poster } from './company.ts'
import { nickname } from './nicknames.ts'
import type { Sandbox } from './sandbox.ts'
import type { Team } from './set-up.ts'

export type Lately = { ctx: Context; plan: Plan; team: Team; sandbox: Sandbox; sandboxUrl: string }

const minute = 60_000
const hour = 60 * minute
/** How long ago the company began with links: WeCom keeps talks for five days. */
const spanMs = 4.5 * 24 * hour

/** What the company began these days: links that are given away, a poster into its groups, talks that are kept. */
export async function liveLately(lately: Lately): Promise<void> {
  const { ctx, plan, sandbox, sandboxUrl } = lately
  const begun = { ...ctx, now: () => new Date(plan.until.getTime() - spanMs - hour) }
  await connectSandboxArchive(ctx, sandboxUrl)
  const random = seededRandom(`${plan.seed} lately`)
  const calendar = calendarOf(plan)
  const moment = (): number =>
    Math.min(atWakingHour(random, plan.until.getTime() - Math.floor(random.next() * spanMs), calendar), plan.until.getTime() - hour)
  const joinCode = await posterOf(begun)
  for (const link of links) {
    const addresses = await addressesOf({ ...lately, ctx: begun }, link)
    for (let place = 0; place < link.friends; place++) {
      const at = moment()
      const person = `${plan.seed}-${link.name}-${place}`
      const code = random.pick(addresses)
      const came = await sandbox.scan({ code, person, name: nickname(random), gender: 2, employee: random.pick(link.members), at })
      const friend = { externalUserId: came.externalUserId, userId: came.userId }
      const [talks, joins] = [random.chance(0.62), random.chance(0.4)]
      // Met already: this part was told before an interruption.
      if (came.relation === 'friends') continue
      if (talks) await chat(sandbox, random, friend, at)
      if (joins && joinCode) await sandbox.enter(joinCode, friend.externalUserId, at + 5 * minute)
    }
  }
}

async function chat(sandbox: Sandbox, random: Random, friend: { externalUserId: string; userId: string }, from: number): Promise<void> {
  await sandbox.consent(friend, random.chance(0.88))
  let at = from + 2 * minute
  for (const [asked, answered] of random.pick(chats)) {
    await sandbox.say(friend.externalUserId, friend.userId, asked, at)
    await sandbox.say(friend.userId, friend.externalUserId, answered, at + Math.floor((0.5 + random.next()) * minute))
    at += Math.floor((2 + 3 * random.next()) * minute)
  }
}

/** The addresses of a link, one for each place where it was given away. */
async function addressesOf({ ctx, team }: Lately, { name, channel, members, places }: (typeof links)[number]): Promise<string[]> {
  const known = await idOf(ctx, 'acquisitionLinks', name)
  const at = await idOf(ctx, 'channels', channel)
  const id =
    known ??
    (await createAcquisitionLink(
      ctx,
      AcquisitionLinkInput.parse({
        name,
        channelId: at === undefined ? null : publicId(ctx, 'cha', at),
        employeeIds: members.map((userId) => publicId(ctx, 'emp', team.employees.get(userId)?.id ?? 0)),
      }),
    ))
  if (known === undefined) for (const place of places) await addVariant(ctx, id, VariantInput.parse({ name: place }))
  return (await readAcquisitionLink(ctx, id)).variants.flatMap(({ url }) => (url === null ? [] : [url]))
}

/** A code into the company's groups, by the name that WeCom has for it; none where the company has no groups. */
async function posterOf(ctx: Context): Promise<string | undefined> {
  const { items } = await listGroups(ctx, GroupQuery.parse({ state: 'alive', limit: 3 }))
  if (items.length === 0) return undefined
  const id =
    (await idOf(ctx, 'groupCodes', poster)) ??
    (await createGroupCode(
      ctx,
      GroupCodeInput.parse({ name: poster, groupIds: items.map(({ id }) => id), newGroups: { name: '山雨茶友群', from: 4 } }),
    ))
  const code = await ctx.db
    .selectFrom('groupCodes')
    .select('configId')
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  return code?.configId ?? undefined
}

const idOf = async (ctx: Context, table: 'acquisitionLinks' | 'channels' | 'groupCodes', name: string): Promise<number | undefined> =>
  (await ctx.db.selectFrom(table).select('id').where('tenantId', '=', ctx.tenantId).where('name', '=', name).executeTakeFirst())?.id
