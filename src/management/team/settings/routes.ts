import { allow, body, describe, router } from '#platform/http/router.ts'
import { updateSettings } from './commands.ts'
import { readSettings } from './queries.ts'
import { Settings, SettingsPatch } from './schema.ts'

export const settings = router()
  .get('/', allow('settings.read', 'tenant'), describe("The company's settings", Settings), async (c) =>
    c.json(await readSettings(c.var.ctx)),
  )
  .patch('/', allow('settings.write', 'tenant'), describe("Change the company's settings", Settings), body(SettingsPatch), async (c) => {
    await updateSettings(c.var.ctx, c.req.valid('json'))
    return c.json(await readSettings(c.var.ctx))
  })
