import { Skeleton } from 'antd'
import { lazy, Suspense } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { change } from '#console/reports/document.ts'
import type { ResultProps } from '#console/reports/result.tsx'
import { exactNumber } from '#console/ui/format.ts'
import { Row, Section } from '#console/ui/page.tsx'
import { layerKeys, layerNames } from '#insight/reports/layers/rules.ts'
import type { LayersResult } from '#insight/reports/layers/schema.ts'

const MovementCanvas = lazy(() => import('#console/value/movement-canvas.tsx').then((module) => ({ default: module.MovementCanvas })))

type Place = LayersResult['movements'][number]['from']

const rank = (place: Place): number => (place === 'new' ? -1 : layerKeys.indexOf(place))

/** Who went up, down or came between the two days: every flow opens its people. */
export function Movement({ document, result, drill }: ResultProps<LayersResult>) {
  const { t, language } = useText()
  const named = (place: Place) => (place === 'new' ? t('value.new') : layerNames[place][language === 'zh' ? 'name' : 'nameEn'])
  const { movements, comparedTo, asOf } = result
  const sum = (fits: (from: Place, to: Place) => boolean) =>
    movements.reduce((total, { from, to, count }) => total + (fits(from, to) ? count : 0), 0)
  const open = (index: number) => {
    const flow = movements[index]
    if (!flow) return
    const title = t('value.moved', { from: named(flow.from), to: named(flow.to) })
    drill({ title, report: change(document, { persons: { from: flow.from, layer: flow.to } }) })
  }
  return (
    <Section title={t('value.movement')} note={t('value.movementNote', { from: comparedTo ?? '', to: asOf })}>
      <Row>
        <span className="figure">
          ▲ {t('value.up', { count: exactNumber(sum((from, to) => from !== 'new' && rank(to) > rank(from))) })}
        </span>
        <span className="figure">▼ {t('value.down', { count: exactNumber(sum((from, to) => rank(to) < rank(from))) })}</span>
        <span className="figure">＋ {t('value.fresh', { count: exactNumber(sum((from) => from === 'new')) })}</span>
      </Row>
      <div
        className="movement"
        role="img"
        aria-label={movements.map(({ from, to, count }) => `${named(from)} → ${named(to)} ${count}`).join(', ')}
      >
        <Suspense fallback={<Skeleton active />}>
          <MovementCanvas
            flows={movements.map(({ from, to, count }) => ({ from: named(from), to: named(to), value: count }))}
            order={(['fan', 'member', 'ordinary', 'base', 'new'] as const).map(named)}
            onPick={open}
          />
        </Suspense>
      </div>
    </Section>
  )
}
