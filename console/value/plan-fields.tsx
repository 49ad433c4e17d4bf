import { Form, Input, Select } from 'antd'
import { useMay } from '#console/api/session.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useJourneyNames } from '#console/journeys/queries.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { useEmployeeNames } from '#console/team/queries.ts'
import type { layerKeys } from '#insight/reports/layers/rules.ts'

/** What is done for a layer: chosen out of what there is. Whoever may not see a list keeps what was chosen. */
export function PlanFields({ layer }: { layer: (typeof layerKeys)[number] }) {
  const { t } = useText()
  const may = useMay()
  const journeys = useJourneyNames()
  const employees = useEmployeeNames()
  const groups = useTagGroups()
  const search = { showSearch: { optionFilterProp: 'label' }, allowClear: true }
  return (
    <div className="field-grid pairs">
      <Form.Item name={['plans', layer, 'journey']} label={t('value.plans.journey')} hidden={!may('journeys.read')}>
        <Select {...search} placeholder={t('value.plansHint.journey')} options={journeys} />
      </Form.Item>
      <Form.Item name={['plans', layer, 'tags']} label={t('value.plans.tags')}>
        <Select
          {...search}
          mode="multiple"
          placeholder={t('value.plansHint.tags')}
          options={(groups.data?.items ?? []).map((group) => ({
            label: group.name,
            title: group.name,
            options: group.tags.map(({ id, name }) => ({ value: id, label: name })),
          }))}
        />
      </Form.Item>
      <Form.Item name={['plans', layer, 'offer']} label={t('value.plans.offer')}>
        <Input maxLength={1000} placeholder={t('value.plansHint.offer')} />
      </Form.Item>
      <Form.Item name={['plans', layer, 'owner']} label={t('value.plans.owner')} hidden={!may('team.read')}>
        <Select {...search} placeholder={t('value.plansHint.owner')} options={employees} />
      </Form.Item>
    </div>
  )
}
