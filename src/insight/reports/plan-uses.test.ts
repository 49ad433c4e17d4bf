import { expect, test } from 'vitest'
import { archiveJourney, createJourney } from '#operation/journeys/commands.ts'
import { JourneyInput } from '#operation/journeys/schema.ts'
import { publicId } from '#platform/ids.ts'
import { openTestWorkspace } from '#platform/testing/workspace.ts'
import { changeLayerSettings } from './layers/commands.ts'
import { getLayerSettings } from './layers/settings.ts'
import { plansUsing } from './plan-uses.ts'
import { defaultSettings } from './stages/defaults.ts'
import { saveStageSettings } from './stages/settings.ts'

test('a journey stays while a stage or the plan of a layer names it, and what needs it is said', async () => {
  const workspace = await openTestWorkspace()
  const ctx = await workspace.newTenant()
  const id = await createJourney(ctx, JourneyInput.parse({ name: '入会', draft: { entry: { by: 'hand' }, start: null, steps: [] } }))
  const journey = publicId(ctx, 'jny', id)
  const plan = { journey, tags: [], offer: '', owner: '' }
  await saveStageSettings(ctx, { ...defaultSettings, sops: { deal: { text: '', owner: '', journey } } })
  await changeLayerSettings(ctx, { plans: { fan: plan } })
  const putAway = () => archiveJourney(ctx, id, plansUsing)
  await expect(putAway()).rejects.toMatchObject({
    ...{ code: 'journey.in_use', status: 409 },
    details: { stages: [{ id: 'deal', name: 'deal' }], layers: [{ id: 'fan', name: '活跃粉丝' }] },
  })
  await saveStageSettings(ctx, defaultSettings)
  await expect(putAway()).rejects.toMatchObject({ details: { stages: [], layers: [{ id: 'fan' }] } })
  await changeLayerSettings(ctx, { plans: {} })
  await expect(putAway()).resolves.toBeUndefined()
})

test('plans that were written in words before they named anything keep their words beside the offer', async () => {
  const workspace = await openTestWorkspace()
  const ctx = await workspace.newTenant()
  const plans = {
    fan: { journey: '入会 SOP', tags: '铁粉', offer: '双倍积分', owner: '张三' },
    member: { journey: '', tags: '', offer: '', owner: '' },
  }
  await ctx.db
    .insertInto('layerSettings')
    .values({ tenantId: ctx.tenantId, plans: JSON.stringify(plans), changedAt: ctx.now() })
    .execute()
  expect((await getLayerSettings(ctx)).plans).toEqual({
    fan: { journey: '', tags: [], offer: '入会 SOP · 铁粉 · 双倍积分 · 张三', owner: '' },
    member: { journey: '', tags: [], offer: '', owner: '' },
  })
})
