import { Button, Form, InputNumber, Skeleton } from 'antd'
import { patch } from '#console/api/client.ts'
import { useCommand, useResource } from '#console/api/query.ts'
import { useText } from '#console/i18n/i18n.ts'
import { sameDocument } from '#console/reports/document.ts'
import { FormDrawer } from '#console/ui/form-drawer.tsx'
import { Row, Stack } from '#console/ui/page.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import { PlanFields } from '#console/value/plan-fields.tsx'
import { type LayerRules, layerKeys, layerNames } from '#insight/reports/layers/rules.ts'
import type { LayerPlans, LayerSettings, LayerSettingsPatch } from '#insight/reports/layers/schema.ts'

const useSettings = (enabled: boolean) => useResource<LayerSettings>('layers', {}, { enabled })
const useChange = () => useCommand((body: LayerSettingsPatch) => patch<LayerSettings>('layers', body), ['layers', 'report-answers'])

type PlanForm = { journey: string | null; tags: string[]; offer: string; owner: string | null }
type Values = { plans: Partial<Record<keyof LayerPlans, PlanForm>>; rules: LayerRules }
const needed = [{ required: true }]

/** What is done for each layer, and the numbers in its rule. */
export function LayerSettingsDrawer({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t, language } = useText()
  const read = useSettings(open)
  const change = useChange()
  const save = ({ plans, rules }: Values) => {
    const typed = merged(read.data?.rules, rules)
    // Whoever only writes a plan keeps following the printed defaults.
    return change.mutateAsync({ plans: filled(plans), ...(sameDocument(typed, read.data?.rules) ? {} : { rules: typed }) })
  }
  const named = (key: (typeof layerKeys)[number]) => layerNames[key][language === 'zh' ? 'name' : 'nameEn']
  if (open && !read.data) return <Skeleton active />
  return (
    <FormDrawer<Values>
      wide
      title={t('value.editPlans')}
      open={open}
      onClose={onClose}
      initial={{ plans: shownPlans(read.data?.plans), ...(read.data ? { rules: read.data.rules } : {}) }}
      onSubmit={save}
      extra={
        read.data && !read.data.isDefault ? (
          <Button onClick={() => void change.mutateAsync({ rules: null }).then(onClose)}>{t('value.backToPrinted')}</Button>
        ) : undefined
      }
    >
      <Stack>
        <Row>
          <span className="note">{t('value.rulesNote')}</span>
          <Badge tone="plain">{t(read.data?.isDefault ? 'value.printed' : 'value.own')}</Badge>
        </Row>
        {layerKeys.toReversed().map((key) => (
          <section key={key} className="layer-plan">
            <h3>{named(key)}</h3>
            {key !== 'base' && <RuleFields layer={key} rules={read.data?.rules} />}
            <PlanFields layer={key} />
          </section>
        ))}
        <div className="field-grid">
          <Form.Item name={['rules', 'health', 'silentDays']} rules={needed} label={t('value.silentDays')}>
            <InputNumber min={1} max={3650} precision={0} />
          </Form.Item>
          <Form.Item name={['rules', 'health', 'loyalOrders']} rules={needed} label={t('value.loyalOrders')}>
            <InputNumber min={1} max={1000} precision={0} />
          </Form.Item>
        </div>
      </Stack>
    </FormDrawer>
  )
}

/** The bounds of a rule, their numbers to be changed; other facts are for the API. */
function RuleFields({ layer, rules }: { layer: 'ordinary' | 'member' | 'fan'; rules: LayerRules | undefined }) {
  const { t } = useText()
  return (
    <Stack tight>
      {rules?.[layer].map((all, group) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the groups of a rule keep their places
        <Row key={group}>
          {group > 0 && <span className="note">{t('value.or')}</span>}
          {all.map((bound, at) => (
            <Form.Item
              key={bound.fact}
              name={['rules', layer, group, at, 'value']}
              rules={needed}
              label={`${t(`value.facts.${bound.fact}`)} ${bound.op === 'gte' ? '≥' : '≤'}`}
            >
              <InputNumber min={0} />
            </Form.Item>
          ))}
        </Row>
      ))}
    </Stack>
  )
}

/** The form knows the numbers only; facts and operators stay as they were. */
function merged(known: LayerRules | undefined, typed: LayerRules): LayerRules {
  if (!known) return typed
  const rule = (layer: 'ordinary' | 'member' | 'fan') =>
    known[layer].map((all, group) => all.map((bound, at) => ({ ...bound, value: typed[layer]?.[group]?.[at]?.value ?? bound.value })))
  return { fan: rule('fan'), member: rule('member'), ordinary: rule('ordinary'), health: { ...known.health, ...typed.health } }
}

/** An empty choice is shown as none. */
const shownPlans = (plans: LayerPlans | undefined): Values['plans'] =>
  Object.fromEntries(
    layerKeys.flatMap((key) => {
      const plan = plans?.[key]
      return plan ? [[key, { ...plan, journey: plan.journey || null, owner: plan.owner || null }]] : []
    }),
  )

const filled = (plans: Values['plans'] | undefined): LayerPlans =>
  Object.fromEntries(
    layerKeys.flatMap((key) => {
      const plan = plans?.[key]
      const { journey, tags, offer, owner } = plan ?? {}
      return plan ? [[key, { journey: journey ?? '', tags: tags ?? [], offer: offer ?? '', owner: owner ?? '' }]] : []
    }),
  )
