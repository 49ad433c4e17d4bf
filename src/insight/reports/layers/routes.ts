import { allow, body, describe, router } from '#platform/http/router.ts'
import { changeLayerSettings } from './commands.ts'
import { LayerSettings, LayerSettingsPatch } from './schema.ts'
import { getLayerSettings } from './settings.ts'

export const layers = router()
  .get(
    '/',
    allow('reports.read', 'tenant'),
    describe('By which rules customers are layered, and what is planned for each layer', LayerSettings),
    async (c) => c.json(await getLayerSettings(c.var.ctx)),
  )
  .patch(
    '/',
    allow('reports.write', 'tenant'),
    describe('Change the rules of the layers, or their plans', LayerSettings),
    body(LayerSettingsPatch),
    async (c) => {
      await changeLayerSettings(c.var.ctx, c.req.valid('json'))
      return c.json(await getLayerSettings(c.var.ctx))
    },
  )
