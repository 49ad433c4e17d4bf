import { Select } from 'antd'
import { useChannelNames } from '#console/channels/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { useSegmentNames } from '#console/segments/queries.ts'
import { useTagGroups } from '#console/tags/queries.ts'
import { layerKeys, layerNames } from '#insight/reports/layers/rules.ts'
import { quadrants } from '#insight/reports/quadrant/schema.ts'
import { rfmGroups } from '#insight/reports/rfm/rfm.ts'

/** A segment, a tag, a channel, an RFM group, or everybody. */
export function WhomPicker(props: {
  label: string
  value: string | undefined
  optional?: boolean
  onChange: (value: string | undefined) => void
}) {
  const { t, language } = useText()
  const segments = useSegmentNames()
  const channels = useChannelNames()
  const tags = useTagGroups()
  const of = (kind: string, list: { value: string; label: string }[]) =>
    list.map(({ value, label }) => ({ value: `${kind}:${value}`, label }))
  const some = (label: string, options: { value: string; label: string }[]) =>
    options.length > 0 ? [{ label, title: label, options }] : []
  return (
    <Select
      className="whom"
      aria-label={props.label}
      prefix={<span className="note">{props.label}</span>}
      showSearch={{ optionFilterProp: 'label' }}
      popupMatchSelectWidth={false}
      value={props.value ?? ''}
      onChange={(value) => props.onChange(value || undefined)}
      options={[
        { value: '', label: t(props.optional ? 'portrait.none' : 'portrait.everybody') },
        ...some(t('segments.title'), of('segment', segments)),
        ...some(
          t('segments.kinds.rfm'),
          of(
            'rfm',
            rfmGroups.map(({ name, nameEn }) => ({ value: name, label: language === 'zh' ? name : nameEn })),
          ),
        ),
        ...some(
          t('segments.kinds.layer'),
          of(
            'layer',
            layerKeys.map((key) => ({ value: key, label: layerNames[key][language === 'zh' ? 'name' : 'nameEn'] })),
          ),
        ),
        ...some(
          t('segments.kinds.quadrant'),
          of(
            'quadrant',
            quadrants.map(({ key, name, nameEn }) => ({ value: key, label: language === 'zh' ? name : nameEn })),
          ),
        ),
        ...(tags.data?.items ?? []).flatMap((group) =>
          some(
            group.name,
            of(
              'tag',
              group.tags.map(({ id, name }) => ({ value: id, label: name })),
            ),
          ),
        ),
        ...some(t('channels.title'), of('channel', channels)),
      ]}
    />
  )
}
