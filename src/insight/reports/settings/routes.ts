import { allow, body, describe, router } from '#platform/http/router.ts'
import { changeInsightSettings } from './commands.ts'
import { InsightSettings, InsightSettingsPatch } from './schema.ts'
import { getInsightSettings } from './settings.ts'

export const insightSettings = router()
  .get(
    '/',
    allow('reports.read', 'tenant'),
    describe('What counts as an act of a customer’s own, when somebody is silent, and how scores are made', InsightSettings),
    async (c) => c.json(await getInsightSettings(c.var.ctx)),
  )
  .patch(
    '/',
    allow('reports.write', 'tenant'),
    describe('Change what counts, or go back to the printed defaults', InsightSettings),
    body(InsightSettingsPatch),
    async (c) => {
      await changeInsightSettings(c.var.ctx, c.req.valid('json'))
      return c.json(await getInsightSettings(c.var.ctx))
    },
  )
