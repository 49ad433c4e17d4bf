import { sql } from 'kysely'
import { z } from 'zod'
import { requireUnused, type UsersOf } from '#management/uses.ts'
import type { Context } from '#platform/context.ts'
import { appError, notFound } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import { publicId } from '#platform/ids.ts'

export const attributeTypes = ['text', 'number', 'date', 'boolean', 'choice'] as const

const choices = z.array(z.string().trim().min(1).max(100)).max(500)

export const NewAttribute = z.object({
  name: z.string().trim().min(1).max(50),
  /** What files, filters and reports call it; made from the name when left out. */
  key: z
    .string()
    .regex(/^[\p{L}_][\p{L}\p{N}_]*$/u, 'A key has letters, digits and underscores.')
    .max(50)
    .optional(),
  type: z.enum(attributeTypes),
  choices: choices.optional(),
})

export const AttributePatch = z.object({
  name: z.string().trim().min(1).max(50).optional(),
  choices: choices.optional(),
  order: z.int().min(0).max(10_000).optional(),
})

export const AttributeItem = z.object({
  id: z.string(),
  key: z.string(),
  name: z.string(),
  type: z.enum(attributeTypes),
  choices: z.array(z.string()),
  order: z.int(),
})
export const AttributeList = z.object({ items: z.array(AttributeItem) })

type Definition = { key: string; type: string; choices: string[] }

export async function listAttributes(ctx: Context): Promise<z.infer<typeof AttributeList>> {
  const rows = await ctx.db
    .selectFrom('attributes')
    .selectAll()
    .where('tenantId', '=', ctx.tenantId)
    .orderBy('position')
    .orderBy('id')
    .execute()
  return {
    items: rows.map((row) => ({
      id: publicId(ctx, 'att', row.id),
      key: row.key,
      name: row.name,
      type: row.type as (typeof attributeTypes)[number],
      choices: row.choices,
      order: row.position,
    })),
  }
}

export async function createAttribute(ctx: Context, { name, key, type, choices = [] }: z.infer<typeof NewAttribute>): Promise<number> {
  if (type === 'choice' && choices.length === 0)
    throw appError('attribute.no_choices', { message: 'A choice needs something to choose from.', field: 'choices' })
  if (type !== 'choice' && choices.length > 0)
    throw appError('attribute.no_choices_wanted', { message: 'Only the type choice has choices.', field: 'choices' })
  const { rows } = await sql<{ id: number }>`
    insert into attributes (tenant_id, key, name, type, choices, position)
    select ${ctx.tenantId}, ${key ?? keyOf(name)}, ${name}, ${type}, ${[...new Set(choices)]}::text[], coalesce(max(position) + 1, 0) from attributes where tenant_id = ${ctx.tenantId}
    on conflict (tenant_id, key) do nothing returning id`.execute(ctx.db)
  if (!rows[0])
    throw appError('attribute.exists', {
      status: 409,
      message: 'There is an attribute with this key.',
      field: key === undefined ? 'name' : 'key',
    })
  return rows[0].id
}

const keyOf = (name: string): string =>
  name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^(?=\p{N})/u, '_')
    .slice(0, 50)

/** A choice that something writes stays until that lets go of it. */
export async function updateAttribute(
  ctx: Context,
  id: number,
  { name, choices, order }: z.infer<typeof AttributePatch>,
  users: UsersOf,
): Promise<void> {
  const known = await ctx.db
    .selectFrom('attributes')
    .select(['key', 'type', 'choices'])
    .where('tenantId', '=', ctx.tenantId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!known) throw notFound('attribute')
  if (choices !== undefined && known.type !== 'choice')
    throw appError('attribute.no_choices_wanted', { message: 'Only the type choice has choices.', field: 'choices' })
  const gone = choices ? known.choices.filter((one) => !choices.includes(one)) : []
  if (gone.length > 0) requireUnused('attribute.in_use', await users(ctx, { attribute: known.key, choices: gone }))
  const change = {
    ...(name === undefined ? {} : { name }),
    ...(choices === undefined ? {} : { choices: [...new Set(choices)] }),
    ...(order === undefined ? {} : { position: order }),
  }
  if (Object.keys(change).length > 0)
    await ctx.db.updateTable('attributes').set(change).where('tenantId', '=', ctx.tenantId).where('id', '=', id).execute()
}

/** The definition goes; values that customers have stay stored and come back with a definition of the same key. */
export const deleteAttribute = (ctx: Context, id: number, users: UsersOf): Promise<void> =>
  inTransaction(ctx, async (ctx) => {
    const gone = await ctx.db
      .deleteFrom('attributes')
      .where('tenantId', '=', ctx.tenantId)
      .where('id', '=', id)
      .returning('key')
      .executeTakeFirst()
    if (!gone) throw notFound('attribute')
    requireUnused('attribute.in_use', await users(ctx, { attribute: gone.key }))
  })

type Value = string | number | boolean | null

/** Values as they are stored, or `attribute.…` naming the one at fault. Null clears. */
export async function checkAttributes(ctx: Context, values: Readonly<Record<string, Value>>): Promise<Record<string, Value>> {
  const keys = Object.keys(values)
  if (keys.length === 0) return {}
  const rows = await ctx.db.selectFrom('attributes').select(['key', 'type', 'choices']).where('tenantId', '=', ctx.tenantId).execute()
  return checkValues(new Map(rows.map((row) => [row.key, row])), values)
}

export const checkValues = (definitions: ReadonlyMap<string, Definition>, values: Readonly<Record<string, Value>>): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(values).map(([key, value]) => {
      const definition = definitions.get(key)
      if (!definition)
        throw appError('attribute.unknown', { message: `There is no attribute ${key.slice(0, 50)}.`, field: `attributes.${key}` })
      const problem = value === null ? undefined : problemOf(definition, value)
      if (problem) throw appError('attribute.type_mismatch', { message: problem, field: `attributes.${key}` })
      return [key, value]
    }),
  )

function problemOf({ key, type, choices }: Definition, value: string | number | boolean): string | undefined {
  if (type === 'number') return typeof value === 'number' && Number.isFinite(value) ? undefined : `${key} is a number.`
  if (type === 'boolean') return typeof value === 'boolean' ? undefined : `${key} is yes or no.`
  if (typeof value !== 'string') return `${key} is text.`
  if (type === 'date') return isDay(value) ? undefined : `${key} is a day (yyyy-MM-dd).`
  if (type === 'choice') return choices.includes(value) ? undefined : `${key} is one of ${choices.slice(0, 10).join(', ')}.`
  return value.length <= 1000 ? undefined : `${key} may have 1000 letters.`
}

const isDay = (text: string): boolean =>
  /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(`${text}T00:00:00Z`).toJSON()?.startsWith(text) === true
