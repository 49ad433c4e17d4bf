import type { UsersOf } from '#management/uses.ts'
import { layerKeys, layerNames } from './layers/rules.ts'
import { getLayerSettings } from './layers/settings.ts'
import { stages } from './stages/schema.ts'
import { readStageSettings } from './stages/settings.ts'

/** Stages whose SOP is a journey, and layers whose plan names it or a tag. */
export const plansUsing: UsersOf = async (ctx, taken) => {
  if (!('journey' in taken || 'tags' in taken)) return {}
  const [{ settings }, { plans }] = await Promise.all([readStageSettings(ctx), getLayerSettings(ctx)])
  const names = (key: (typeof layerKeys)[number]): boolean =>
    'journey' in taken ? plans[key]?.journey === taken.journey : plans[key]?.tags.some((tag) => taken.tags.includes(tag)) === true
  const doing = stages.filter((stage) => 'journey' in taken && settings.sops[stage]?.journey === taken.journey)
  return {
    stages: doing.map((stage) => ({ id: stage, name: stage })),
    layers: layerKeys.filter(names).map((key) => ({ id: key, name: layerNames[key].name })),
  }
}
