import { type PointerEvent, useRef, useState } from 'react'

/** A block of time on days of the week, Monday is 1. `to` not later than `from` runs into the next day. */
export interface WeekBlock {
  days: number[]
  from: string
  to: string
}

const rows = [1, 2, 3, 4, 5, 6, 7]
const halfHours = 48

/**
 * A week to drag on: rows are days, columns half hours. Dragging over free time asks for a new block, a click on a block
 * chooses it. What the mouse does here the fields beside it do by keyboard.
 */
export function WeekGrid(props: {
  blocks: WeekBlock[]
  chosen: number | undefined
  dayName: (day: number) => string
  blockName: (index: number) => string
  onChoose: (index: number) => void
  onAdd: (block: WeekBlock) => void
}) {
  const field = useRef<HTMLDivElement>(null)
  const [drag, setDrag] = useState<{ from: Cell; to: Cell }>()
  const cellAt = (event: PointerEvent): Cell => {
    const box = field.current?.getBoundingClientRect()
    if (!box) return { row: 0, column: 0 }
    return {
      row: clamp(Math.floor(((event.clientY - box.top) / box.height) * rows.length), rows.length - 1),
      column: clamp(Math.floor(((event.clientX - box.left) / box.width) * halfHours), halfHours - 1),
    }
  }
  const finish = () => {
    if (!drag) return
    const { top, bottom, left, right } = boxOf(drag)
    setDrag(undefined)
    // A click alone makes a block of an hour, which is more likely meant than half of one.
    props.onAdd({
      days: rows.slice(top, bottom + 1),
      from: clock(left),
      to: clock(Math.min(halfHours, left === right ? left + 2 : right + 1)),
    })
  }
  return (
    <div className="week">
      <div className="week-days" aria-hidden="true">
        {rows.map((day) => (
          <span key={day}>{props.dayName(day)}</span>
        ))}
      </div>
      <div
        ref={field}
        className="week-field"
        onPointerDown={(event) => {
          if (event.button !== 0 || event.target !== event.currentTarget) return
          event.currentTarget.setPointerCapture(event.pointerId)
          const cell = cellAt(event)
          setDrag({ from: cell, to: cell })
        }}
        onPointerMove={(event) => drag && setDrag({ ...drag, to: cellAt(event) })}
        onPointerUp={finish}
        onPointerCancel={() => setDrag(undefined)}
      >
        {props.blocks.flatMap((block, index) =>
          pieces(block).map((piece) => (
            <button
              // biome-ignore lint/suspicious/noArrayIndexKey: blocks have no identity but their place
              key={`${index} ${piece.day} ${piece.start}`}
              type="button"
              className={`week-block tone${index % 6}${props.chosen === index ? ' chosen' : ''}`}
              style={{
                top: `${((piece.day - 1) / 7) * 100}%`,
                left: `${(piece.start / 1440) * 100}%`,
                width: `${((piece.end - piece.start) / 1440) * 100}%`,
              }}
              title={`${props.blockName(index)} ${block.from}–${block.to}`}
              aria-label={`${props.dayName(piece.day)} ${block.from}–${block.to} ${props.blockName(index)}`}
              onClick={() => props.onChoose(index)}
            >
              {piece.end - piece.start >= 240 && <span>{props.blockName(index)}</span>}
            </button>
          )),
        )}
        {drag && <Ghost box={boxOf(drag)} />}
      </div>
      <div className="week-hours" aria-hidden="true">
        {[0, 6, 12, 18, 24].map((hour) => (
          <span key={hour}>{String(hour).padStart(2, '0')}</span>
        ))}
      </div>
    </div>
  )
}

interface Cell {
  row: number
  column: number
}

interface Box {
  top: number
  bottom: number
  left: number
  right: number
}

const Ghost = ({ box }: { box: Box }) => (
  <span
    className="week-ghost"
    style={{
      top: `${(box.top / 7) * 100}%`,
      height: `${((box.bottom - box.top + 1) / 7) * 100}%`,
      left: `${(box.left / halfHours) * 100}%`,
      width: `${((box.right - box.left + 1) / halfHours) * 100}%`,
    }}
  >
    {clock(box.left)}–{clock(box.right + 1)}
  </span>
)

const boxOf = ({ from, to }: { from: Cell; to: Cell }): Box => ({
  top: Math.min(from.row, to.row),
  bottom: Math.max(from.row, to.row),
  left: Math.min(from.column, to.column),
  right: Math.max(from.column, to.column),
})

const clamp = (value: number, most: number): number => Math.max(0, Math.min(most, value))

const clock = (halfHour: number): string => `${String(Math.floor(halfHour / 2)).padStart(2, '0')}:${halfHour % 2 ? '30' : '00'}`

const minutes = (text: string): number => {
  const [hour = 0, minute = 0] = text.split(':').map(Number)
  return hour * 60 + minute
}

/** A block over midnight shows as two pieces, the second on the next day. */
function pieces({ days, from, to }: WeekBlock): { day: number; start: number; end: number }[] {
  const [start, end] = [minutes(from), minutes(to)]
  if (end > start) return days.map((day) => ({ day, start, end }))
  return days.flatMap((day) => [{ day, start, end: 1440 }, ...(end > 0 ? [{ day: (day % 7) + 1, start: 0, end }] : [])])
}
