import { z } from 'zod'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import { allow, body, describe, router } from '#platform/http/router.ts'
import { requireKnownProperties } from '../known-properties.ts'
import { stageSettings } from './schema.ts'
import { readStageSettings, requireJourneys, saveStageSettings } from './settings.ts'

const Written = z.record(z.string(), z.unknown())
const Shown = z.object({ settings: Written, changedAt: z.iso.datetime().nullable() })

export const stageRuleRoutes = router()
  .get('/', allow('reports.read', 'tenant'), describe('The rules of the journey stages', Shown), async (c) => c.json(await show(c.var.ctx)))
  .put('/', allow('reports.write', 'tenant'), describe('Change the rules of the journey stages', Shown), body(Written), async (c) => {
    const written = c.req.valid('json')
    const parsed = stageSettings.safeParse(written)
    if (!parsed.success) {
      const [issue] = parsed.error.issues
      throw appError('stage_rules.invalid', { message: issue?.message ?? 'Not valid.', field: (issue?.path ?? []).map(String).join('.') })
    }
    await requireJourneys(c.var.ctx, parsed.data)
    await requireKnownProperties(c.var.ctx, written, {})
    await saveStageSettings(c.var.ctx, written)
    return c.json(await show(c.var.ctx))
  })

async function show(ctx: Context): Promise<z.infer<typeof Shown>> {
  const { written, changedAt } = await readStageSettings(ctx)
  return { settings: written, changedAt: changedAt?.toISOString() ?? null }
}
