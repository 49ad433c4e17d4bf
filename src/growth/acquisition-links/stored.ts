import { type RawBuilder, sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { newState } from '#platform/http/short-links.ts'

/** What events and addresses say of a link and the place it was given away at. */
export type LinkFacts = {
  id: number
  corp: number
  name: string
  url: string | null
  welcome: unknown
  channelId: number | null
  channelName: string | null
  variant: number | null
  variantName: string | null
  deletedAt: Date | null
  goneAt: Date | null
}

const facts = (where: RawBuilder<unknown>) =>
  sql<LinkFacts>`
    select l.id, l.corp, l.name, l.url, l.welcome, h.id as channel_id, h.name as channel_name, v.id as variant, v.name as variant_name, v.state,
      coalesce(l.deleted_at, v.deleted_at) as deleted_at, l.gone_at
    from acquisition_links l
      left join acquisition_variants v on v.tenant_id = l.tenant_id and v.link_id = l.id and ${where}
      left join channels h on h.tenant_id = l.tenant_id and h.id = coalesce(v.channel_id, l.channel_id)`

/** The link and place that a state stands for. */
export const linkOfState = async (ctx: Context, state: string): Promise<LinkFacts | undefined> =>
  (await linksOfStates(ctx, [state])).get(state)

/** The same for many, by state. Deleted ones too: who holds the address still comes through it. */
export async function linksOfStates(ctx: Context, states: readonly string[]): Promise<Map<string, LinkFacts>> {
  if (states.length === 0) return new Map()
  const { rows } = await sql<LinkFacts & { state: string }>`
    ${facts(sql`v.state = any(${[...new Set(states)]}::text[])`)} where l.tenant_id = ${ctx.tenantId} and v.id is not null`.execute(ctx.db)
  return new Map(rows.map(({ state, ...link }) => [state, link]))
}

/** Links by number, without a place. */
export async function linksOf(ctx: Context, ids: readonly number[]): Promise<Map<number, LinkFacts>> {
  if (ids.length === 0) return new Map()
  const { rows } =
    await sql<LinkFacts>`${facts(sql`false`)} where l.tenant_id = ${ctx.tenantId} and l.id = any(${[...ids]}::int[])`.execute(ctx.db)
  return new Map(rows.map((row) => [row.id, row]))
}

/** The link that WeCom calls so, with the place where it said one. */
export async function linkOfWecom(ctx: Context, corp: number, linkId: string, state?: string): Promise<LinkFacts | undefined> {
  const { rows } = await sql<LinkFacts>`
    ${facts(sql`v.state = ${state ?? ''}`)} where l.tenant_id = ${ctx.tenantId} and l.corp = ${corp} and l.link_id = ${linkId}`.execute(
    ctx.db,
  )
  return rows[0]
}

export const propertiesOf = ({ id, name, channelId, channelName, variant, variantName }: LinkFacts) => ({
  link: id,
  linkName: name,
  ...(variant !== null && { variant, variantName: variantName ?? '' }),
  ...(channelId !== null && { channel: channelId, channelName: channelName ?? '' }),
})

/** Every link has an address of its own from the start, so that whoever comes through it is known at once. */
export async function addMainVariants(ctx: Context, links: readonly number[]): Promise<void> {
  if (links.length === 0) return
  await ctx.db
    .insertInto('acquisitionVariants')
    .values(links.map((linkId) => ({ tenantId: ctx.tenantId, linkId, state: newState(), name: '', isMain: true, createdAt: ctx.now() })))
    .execute()
}
