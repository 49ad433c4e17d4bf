import { Checkbox } from 'antd'
import { useCallback, useMemo, useRef, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { cellAt, paintClicks, paintScroll, type Sheet } from '#console/pages/heat-paint.ts'
import { isOpenable, type Measured, PageFrame } from '#console/pages/page-frame.tsx'
import { type Document, numberOf, textOf } from '#console/reports/document.ts'
import { exactNumber, percent } from '#console/ui/format.ts'
import type { HeatmapResult } from '#insight/reports/heatmap/schema.ts'

type Props = {
  document: Document
  result: HeatmapResult
  kind: 'clicks' | 'scroll'
  marked: string | undefined
  onCell: (cell: { column: number; row: number }) => void
}

/** How wide a page is drawn before it says so itself. */
const widths: Record<string, number> = { phone: 390, tablet: 820, desktop: 1280 }

/** The page, or a ruled sheet as high as it was measured, under the heat. */
export function HeatSheet({ document, result, kind, marked, onCell }: Props) {
  const { t } = useText()
  const address = isOpenable(result.address) ? result.address : undefined
  const [wanted, setWanted] = useState(true)
  const [room, setRoom] = useState(0)
  const [measured, setMeasured] = useState<Measured | 'waiting' | undefined>('waiting')
  const hear = useCallback((answer: Measured | undefined) => setMeasured(answer), [])
  const page = wanted && address !== undefined && typeof measured === 'object' ? measured : undefined
  const device = textOf(document.device, result.devices[0]?.value)
  const width = page?.width ?? widths[device] ?? 1280
  const sheet: Sheet = {
    width,
    height: page?.height ?? heightOf(result, document),
    scale: Math.min(1, room / width),
    columns: numberOf(document.columns, 40),
    rowPixels: numberOf(document.rowPixels, 24),
  }
  const box = page?.boxes.find((one) => one?.selector === marked)
  const mark = box ?? elementMark(result, marked, sheet)
  return (
    <div className="stack tight">
      {address && (
        <Checkbox checked={wanted} onChange={(event) => setWanted(event.target.checked)}>
          {t('pages.overPage')} <code>{address}</code>
        </Checkbox>
      )}
      {(!address || measured === undefined) && <p className="note">{t(address ? 'pages.silent' : 'pages.noAddress')}</p>}
      <div className="heat-room" ref={useRoom(setRoom)}>
        <div className="heat-sheet" style={{ width: sheet.width * sheet.scale, height: sheet.height * sheet.scale }}>
          {!page && <Ruled sheet={sheet} fold={result.foldHeight} />}
          {wanted && address && measured !== undefined && (
            <PageFrame
              address={address}
              width={widths[device] ?? 1280}
              height={page ? page.height : sheet.height}
              scale={sheet.scale}
              seen={page !== undefined}
              selectors={result.elements.map(({ selector }) => selector)}
              onMeasured={hear}
            />
          )}
          <Heat result={result} kind={kind} sheet={sheet} onCell={onCell} />
          {kind === 'scroll' && <Reached result={result} />}
          {mark && (
            <span
              className="heat-mark"
              style={{
                left: mark.x * sheet.scale,
                top: mark.y * sheet.scale,
                width: mark.width * sheet.scale,
                height: mark.height * sheet.scale,
              }}
            />
          )}
        </div>
      </div>
    </div>
  )
}

/** As high as pages of this name were, or as the lowest click lies. */
const heightOf = (result: HeatmapResult, document: Document): number =>
  Math.max(600, result.pageHeight ?? 0, ...result.cells.map(({ row }) => (row + 2) * numberOf(document.rowPixels, 24)))

/** Without the page itself an element is about where its clicks were. */
function elementMark({ elements }: HeatmapResult, selector: string | undefined, { width }: Sheet) {
  const found = elements.find((one) => one.selector === selector)
  if (found?.x == null || found.y === null) return undefined
  return { x: found.x * width - 30, y: found.y - 14, width: 60, height: 28 }
}

function useRoom(setRoom: (width: number) => void) {
  return useCallback(
    (node: HTMLDivElement | null) => {
      if (!node) return
      const observer = new ResizeObserver(() => setRoom(node.clientWidth))
      observer.observe(node)
      return () => observer.disconnect()
    },
    [setRoom],
  )
}

function Heat({ result, kind, sheet, onCell }: Pick<Props, 'result' | 'kind' | 'onCell'> & { sheet: Sheet }) {
  const { t } = useText()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [pointed, setPointed] = useState<{ x: number; y: number; clicks: number; clickers: number }>()
  const byCell = useMemo(() => new Map(result.cells.map((cell) => [`${cell.column} ${cell.row}`, cell])), [result.cells])
  const { width, height, scale, columns, rowPixels } = sheet
  const paint = useCallback(
    (node: HTMLCanvasElement | null) => {
      canvas.current = node
      const whole = { width, height, scale, columns, rowPixels }
      if (node && scale > 0) kind === 'clicks' ? paintClicks(node, result.cells, whole) : paintScroll(node, result.scroll, whole)
    },
    [kind, result, width, height, scale, columns, rowPixels],
  )
  const cellOf = (event: { nativeEvent: { offsetX: number; offsetY: number } }) => {
    const { column, row } = cellAt(event.nativeEvent.offsetX, event.nativeEvent.offsetY, sheet)
    return byCell.get(`${column} ${row}`)
  }
  return (
    <>
      <canvas
        ref={paint}
        className="heat"
        aria-label={t('pages.drawing', { clicks: result.placed })}
        role="img"
        onMouseMove={(event) => {
          const cell = kind === 'clicks' ? cellOf(event) : undefined
          setPointed(cell && { x: event.nativeEvent.offsetX, y: event.nativeEvent.offsetY, clicks: cell.clicks, clickers: cell.clickers })
        }}
        onMouseLeave={() => setPointed(undefined)}
        onClick={(event) => {
          const cell = kind === 'clicks' ? cellOf(event) : undefined
          if (cell) onCell({ column: cell.column, row: cell.row })
        }}
      />
      {pointed && (
        <span className="heat-tip" style={{ left: pointed.x, top: pointed.y }}>
          {t('pages.cell', { clicks: exactNumber(pointed.clicks), people: exactNumber(pointed.clickers) })}
        </span>
      )}
    </>
  )
}

/** A line every tenth of the page with the share of views that came there. */
const Reached = ({ result: { scroll } }: { result: HeatmapResult }) => (
  <>
    {scroll.reached
      .filter((_step, i) => i % 2 === 1)
      .map(({ depth, views }) => (
        <span key={depth} className="heat-depth" style={{ top: `${depth * 100}%` }}>
          {percent(views, scroll.views)}
        </span>
      ))}
  </>
)

function Ruled({ sheet: { height, scale }, fold }: { sheet: Sheet; fold: number | null }) {
  const { t } = useText()
  const lines = Array.from({ length: Math.floor(height / 500) }, (_, i) => (i + 1) * 500)
  return (
    <div className="heat-ruled" style={{ backgroundSize: `100% ${100 * scale}px` }}>
      {lines.map((y) => (
        <span key={y} className="heat-line" style={{ top: y * scale }}>
          {exactNumber(y)} px
        </span>
      ))}
      {fold !== null && (
        <span className="heat-fold" style={{ top: fold * scale }}>
          {t('pages.fold')}
        </span>
      )}
    </div>
  )
}
