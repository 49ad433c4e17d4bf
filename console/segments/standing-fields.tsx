import { Select } from 'antd'
import type { ReactNode } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { Whole } from '#console/reports/fields.tsx'
import { type Compare, CompareField } from '#console/segments/compare-field.tsx'
import { type LeafProps, Many, Optional, withoutEmpty } from '#console/segments/pieces.tsx'
import { healthKeys, healthReasons, layerKeys, layerNames } from '#insight/reports/layers/rules.ts'
import { quadrants } from '#insight/reports/quadrant/schema.ts'
import { rfmGroups } from '#insight/reports/rfm/rfm.ts'
import { scoreKinds } from '#insight/reports/score/rules.ts'

// Where somebody stands in the company's layers, or among all other customers.

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [])

/** Layers by their names in the language of the page. */
export function useLayerName(): (key: string) => string {
  const { t, language } = useText()
  return (key) => {
    const known = layerKeys.find((one) => one === key)
    return known ? layerNames[known][language === 'zh' ? 'name' : 'nameEn'] : t('segments.newcomer')
  }
}

export function RfmFields({ value, onChange }: LeafProps) {
  const { t, language } = useText()
  return (
    <div className="rule-fields">
      <Many
        label={t('segments.kinds.rfm')}
        value={textsOf(value.groups)}
        options={rfmGroups.map(({ name, nameEn }) => ({ value: name, label: language === 'zh' ? name : nameEn }))}
        onChange={(groups) => onChange({ ...value, groups })}
      />
      <WindowField value={value} onChange={onChange} />
      <span className="note">{t('segments.rfmNote')}</span>
    </div>
  )
}

export function LayerFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const nameOf = useLayerName()
  const moved = value.movedFrom as { layers: string[]; days: number } | undefined
  const many = (key: string, label: string, options: { value: string; label: string }[]) => (
    <Many
      label={label}
      value={textsOf(value[key])}
      options={options}
      onChange={(list) => onChange(withoutEmpty({ ...value, [key]: list }))}
    />
  )
  const layers = layerKeys.map((key) => ({ value: key, label: nameOf(key) }))
  return (
    <div className="rule-fields">
      {many('layers', t('segments.anyLayer'), layers)}
      {many(
        'health',
        t('segments.anyHealth'),
        healthKeys.map((key) => ({ value: key, label: t(`value.healths.${key}`) })),
      )}
      {many(
        'reasons',
        t('segments.anyReason'),
        healthReasons.map((key) => ({ value: key, label: t(`value.reasons.${key}`) })),
      )}
      <Optional
        label={t('segments.movedFrom')}
        value={moved}
        fresh={{ layers: ['base'], days: 30 }}
        onChange={(movedFrom) => onChange(withoutEmpty({ ...value, movedFrom }))}
      >
        <Days value={moved?.days} onChange={(days) => onChange({ ...value, movedFrom: { ...moved, days } })} />
        <span className="note">{t('segments.daysBefore')}</span>
        <Many
          label={t('segments.kinds.layer')}
          value={moved?.layers ?? []}
          options={[{ value: 'new', label: nameOf('new') }, ...layers]}
          onChange={(list) => list.length > 0 && onChange({ ...value, movedFrom: { ...moved, layers: list } })}
        />
      </Optional>
      <span className="note">{t('segments.layerNote')}</span>
    </div>
  )
}

export function QuadrantFields({ value, onChange }: LeafProps) {
  const { t, language } = useText()
  return (
    <div className="rule-fields">
      <Many
        label={t('segments.kinds.quadrant')}
        value={textsOf(value.quadrants)}
        options={quadrants.map(({ key, name, nameEn }) => ({ value: key, label: language === 'zh' ? name : nameEn }))}
        onChange={(list) => onChange({ ...value, quadrants: list })}
      />
      <WindowField value={value} onChange={onChange} />
      <span className="note">{t('segments.quadrantNote')}</span>
    </div>
  )
}

const ways = ['top', 'share', 'score'] as const

export function HighValueFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const way = ways.find((one) => value[one] !== undefined) ?? 'top'
  const { top: _top, share: _share, score: _score, ...rest } = value
  const fresh = { top: 200, share: 0.2, score: { gte: 60 } }
  return (
    <div className="rule-fields">
      <Select
        aria-label={t('segments.highWay')}
        popupMatchSelectWidth={false}
        value={way}
        onChange={(next) => onChange({ ...rest, [next]: fresh[next] })}
        options={ways.map((one) => ({ value: one, label: t(`segments.highWays.${one}`) }))}
      />
      {way === 'top' && (
        <Bound
          label={t('segments.highWays.top')}
          value={value.top}
          max={10_000_000}
          unit={t('segments.peopleUnit')}
          onChange={(top) => onChange({ ...value, top })}
        />
      )}
      {way === 'share' && (
        <Bound
          label={t('segments.highWays.share')}
          value={Math.round(Number(value.share ?? 0.2) * 100)}
          max={100}
          unit="%"
          onChange={(percent) => onChange({ ...value, share: percent / 100 })}
        />
      )}
      {way === 'score' && (
        <CompareField
          label={t('segments.highWays.score')}
          value={value.score as Compare}
          onChange={(score) => onChange({ ...value, score })}
        />
      )}
      <span className="note">{t('segments.highNote')}</span>
    </div>
  )
}

export function ScoreFields({ value, onChange }: LeafProps) {
  const { t } = useText()
  const { of, ...bounds } = value
  return (
    <div className="rule-fields">
      <Select
        aria-label={t('segments.kinds.score')}
        popupMatchSelectWidth={false}
        value={String(of ?? scoreKinds[0])}
        onChange={(kind) => onChange({ ...value, of: kind })}
        options={scoreKinds.map((kind) => ({ value: kind, label: t(`scores.kinds.${kind}`) }))}
      />
      <CompareField label={t('segments.kinds.score')} value={bounds as Compare} onChange={(next) => onChange({ of, ...next })} />
      <span className="note">{t('segments.scoreNote')}</span>
    </div>
  )
}

function WindowField({ value, onChange }: LeafProps): ReactNode {
  const { t } = useText()
  return (
    <Optional
      label={t('reports.lookBack')}
      value={value.windowDays}
      fresh={365}
      onChange={(windowDays) => onChange(withoutEmpty({ ...value, windowDays }))}
    >
      <Days value={value.windowDays} onChange={(windowDays) => onChange({ ...value, windowDays })} />
    </Optional>
  )
}

function Days({ value, onChange }: { value: unknown; onChange: (days: number) => void }) {
  const { t } = useText()
  return <Bound label={t('segments.units.day')} value={value} max={3660} unit={t('segments.units.day')} onChange={onChange} />
}

function Bound(props: { label: string; value: unknown; max: number; unit: string; onChange: (value: number) => void }) {
  return (
    <span className="rule-compare">
      <Whole
        label={props.label}
        value={Number(props.value ?? 1)}
        min={1}
        max={props.max}
        onChange={(next) => next !== undefined && props.onChange(next)}
      />
      <span className="note">{props.unit}</span>
    </span>
  )
}
