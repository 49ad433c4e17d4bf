import { ArrowLeftOutlined, ArrowRightOutlined, CloseOutlined } from '@ant-design/icons'
import { Button, Select } from 'antd'
import type { ReactNode } from 'react'
import { AddCard } from '#console/boards/add-card.tsx'
import { BoardCard } from '#console/boards/card.tsx'
import { type Card, type CardSize, type Layout, useBoardValues } from '#console/boards/queries.ts'
import { useText } from '#console/i18n/i18n.ts'
import { type MetricValue, type Span, useDictionary } from '#console/metrics/queries.ts'
import type { Drill } from '#console/reports/result.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'
import { cardSizes } from '#insight/boards/schema.ts'
import '#console/metrics/metrics.css'

/** Cards in their order. Moving is by buttons, so that a keyboard does it as well as a mouse. */
export function BoardGrid(props: {
  layout: Layout
  days: number
  span: Span
  drill: (drill: Drill) => void
  edit: ((layout: Layout) => void) | undefined
}) {
  const { t, language } = useText()
  const { layout, edit } = props
  const { cards } = layout
  // In one order, so that moving a card asks nothing anew.
  const keys = [...new Set(cards.flatMap((card) => (card.kind === 'metric' ? [card.metric] : [])))].sort()
  const values = useBoardValues(keys, props.span)
  const dictionary = useDictionary()
  const weak = weakestOf(values.data?.items ?? [])
  const hints = new Map((dictionary.data?.items ?? []).map((entry) => [entry.key, entry.formula[language]]))
  const put = (next: Card[]) => edit?.({ ...layout, cards: next })
  return (
    <>
      {cards.length === 0 && (
        <Section>
          <Empty title={t('boards.emptyBoard')} hint={t('boards.emptyBoardHint')} />
        </Section>
      )}
      <div className="board-grid">
        {cards.map((card, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the same card may stand twice, so a card is its place
          <div key={index} className={`board-cell ${card.size}`}>
            {edit && <Tools cards={cards} index={index} put={put} />}
            <BoardCard
              card={card}
              days={props.days}
              span={props.span}
              drill={props.drill}
              value={values.data?.items.find((value) => card.kind === 'metric' && value.key === card.metric)}
              weak={card.kind === 'metric' && weak === card.metric}
              hint={card.kind === 'metric' ? hints.get(card.metric) : undefined}
            />
          </div>
        ))}
      </div>
      {edit && <AddCard add={(card) => put([...cards, card])} />}
    </>
  )
}

function Tools({ cards, index, put }: { cards: Card[]; index: number; put: (cards: Card[]) => void }): ReactNode {
  const { t } = useText()
  const card = cards[index]
  if (!card) return null
  const move = (to: number) => {
    const next = [...cards]
    next.splice(to, 0, ...next.splice(index, 1))
    put(next)
  }
  return (
    <div className="board-tools">
      <span className="row">
        <Button
          type="text"
          size="small"
          icon={<ArrowLeftOutlined />}
          aria-label={t('boards.moveBack')}
          disabled={index === 0}
          onClick={() => move(index - 1)}
        />
        <Button
          type="text"
          size="small"
          icon={<ArrowRightOutlined />}
          aria-label={t('boards.moveOn')}
          disabled={index === cards.length - 1}
          onClick={() => move(index + 1)}
        />
      </span>
      <Select<CardSize>
        size="small"
        aria-label={t('boards.size')}
        value={card.size}
        onChange={(size) => put(cards.map((one, at) => (at === index ? { ...one, size } : one)))}
        options={cardSizes.map((value) => ({ value, label: t(`boards.sizes.${value}`) }))}
      />
      <Button
        type="text"
        size="small"
        icon={<CloseOutlined />}
        aria-label={t('boards.remove')}
        onClick={() => put(cards.filter((_card, at) => at !== index))}
      />
    </div>
  )
}

/** A change below a twentieth is noise. */
const least = 0.05

/** The metric that went furthest the wrong way against its own past; none where nothing did. */
export function weakestOf(values: readonly MetricValue[]): string | undefined {
  const losses = values.flatMap(({ key, result }) => {
    if (!result || result.total === null || !result.before) return []
    const change = (result.total - result.before) / Math.abs(result.before)
    const loss = result.metric.better === 'more' ? -change : change
    return loss >= least ? [{ key, loss }] : []
  })
  return losses.sort((one, other) => other.loss - one.loss)[0]?.key
}
