import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { remember } from '#platform/remember.ts'
import { type Way, wayOf } from './advance.ts'
import { Definition } from './definition.ts'

/** A journey as somebody walks it. */
export type Version = {
  journey: number
  version: number
  name: string
  definition: Definition
  way: Way
  /** What its steps say through WeCom, as rows of `contents` by step; of a greeting the attachments, if it has any. */
  contents: Readonly<Record<string, number>>
}

const Contents = z.record(z.string(), z.int())

export type Walked = { journeyId: number; version: number }

export const versionKey = ({ journeyId, version }: Walked): string => `${journeyId} ${version}`

/** These versions by `versionKey`. */
export async function readVersions(ctx: Context, walked: readonly Walked[]): Promise<Map<string, Version>> {
  const asked = [...new Map(walked.map((one) => [versionKey(one), one])).values()]
  if (asked.length === 0) return new Map()
  const journeys = await ctx.db
    .selectFrom('journeys as j')
    .innerJoin('tenants as t', 't.id', 'j.tenantId')
    .select(['j.id', 'j.name', 'j.salt', 't.timezone'])
    .where('j.tenantId', '=', ctx.tenantId)
    .where('j.id', 'in', [...new Set(asked.map(({ journeyId }) => journeyId))])
    .execute()
  const found = new Map<string, Version>()
  for (const one of asked) {
    const journey = journeys.find(({ id }) => id === one.journeyId)
    if (!journey) continue
    const published = await publishedOf(ctx, one)
    const way = wayOf(published.definition, journey.salt, journey.timezone)
    found.set(versionKey(one), { journey: one.journeyId, version: one.version, name: journey.name, way, ...published })
  }
  return found
}

/** What is published never changes, so that it is read and parsed once. */
const kept = new WeakMap<object, Map<string, Published>>()
const mostKept = 500

type Published = Pick<Version, 'definition' | 'contents'>

async function publishedOf(ctx: Context, walked: Walked): Promise<Published> {
  const versions = remember(kept, ctx.databases, () => new Map<string, Published>())
  const key = `${ctx.tenantId} ${versionKey(walked)}`
  const known = versions.get(key)
  if (known) return known
  const { definition, contents } = await ctx.db
    .selectFrom('journeyVersions')
    .select(['definition', 'contents'])
    .where('tenantId', '=', ctx.tenantId)
    .where('journeyId', '=', walked.journeyId)
    .where('version', '=', walked.version)
    .executeTakeFirstOrThrow()
  const published = { definition: Definition.parse(definition), contents: Contents.parse(contents) }
  if (versions.size >= mostKept) versions.clear()
  versions.set(key, published)
  return published
}
