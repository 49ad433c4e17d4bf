import type { HeatmapResult } from '#insight/reports/heatmap/schema.ts'

/** How the page lies on the drawing: its own pixels times the scale. */
export type Sheet = { width: number; height: number; scale: number; columns: number; rowPixels: number }

/** Browsers give up on canvases longer than this. */
const longest = 16_000

const hottest = 0.85
const ramp: readonly [share: number, colour: string][] = [
  [0, 'rgb(63 116 214)'],
  [0.35, 'rgb(75 163 199)'],
  [0.55, 'rgb(15 157 119)'],
  [0.75, 'rgb(217 142 4)'],
  [1, 'rgb(194 50 40)'],
]

export function sizeCanvas(canvas: HTMLCanvasElement, { width, height, scale }: Sheet): CanvasRenderingContext2D | null {
  canvas.width = Math.round(width * scale)
  canvas.height = Math.min(longest, Math.round(height * scale))
  return canvas.getContext('2d', { willReadFrequently: true })
}

/** Every cell glows as strongly as its clicks (by their root, so that one hot button does not darken the rest), then glow becomes colour. */
export function paintClicks(canvas: HTMLCanvasElement, cells: HeatmapResult['cells'], sheet: Sheet): void {
  const context = sizeCanvas(canvas, sheet)
  if (!context || canvas.width === 0 || canvas.height === 0) return
  const most = Math.max(1, ...cells.map(({ clicks }) => clicks))
  const radius = Math.max(14, ((sheet.width * sheet.scale) / sheet.columns) * 1.3)
  for (const { column, row, clicks } of cells) {
    const [x, y] = centreOf(column, row, sheet)
    const glow = context.createRadialGradient(x, y, 0, x, y, radius)
    glow.addColorStop(0, `rgb(0 0 0 / ${0.15 + 0.85 * Math.sqrt(clicks / most)})`)
    glow.addColorStop(1, 'rgb(0 0 0 / 0)')
    context.fillStyle = glow
    context.fillRect(x - radius, y - radius, 2 * radius, 2 * radius)
  }
  colour(context, canvas)
}

const centreOf = (column: number, row: number, { width, scale, columns, rowPixels }: Sheet): [number, number] => [
  ((column + 0.5) / columns) * width * scale,
  (row + 0.5) * rowPixels * scale,
]

/** The cell under a point of the drawing. */
export const cellAt = (x: number, y: number, { width, scale, columns, rowPixels }: Sheet): { column: number; row: number } => ({
  column: Math.min(columns - 1, Math.max(0, Math.floor((x / (width * scale)) * columns))),
  row: Math.max(0, Math.floor(y / (rowPixels * scale))),
})

function colour(context: CanvasRenderingContext2D, { width, height }: HTMLCanvasElement): void {
  const colours = rampPixels()
  const image = context.getImageData(0, 0, width, height)
  const { data } = image
  for (let i = 3; i < data.length; i += 4) {
    const glow = data[i] ?? 0
    if (glow === 0) continue
    data[i - 3] = colours[4 * glow] ?? 0
    data[i - 2] = colours[4 * glow + 1] ?? 0
    data[i - 1] = colours[4 * glow + 2] ?? 0
    data[i] = Math.round(255 * Math.min(hottest, 0.2 + (glow / 255) * hottest))
  }
  context.putImageData(image, 0, 0)
}

/** 256 colours from cold to hot. */
function rampPixels(): Uint8ClampedArray {
  const strip = document.createElement('canvas')
  strip.width = 256
  strip.height = 1
  const context = strip.getContext('2d')
  if (!context) return new Uint8ClampedArray(1024)
  const gradient = context.createLinearGradient(0, 0, 256, 0)
  for (const [share, one] of ramp) gradient.addColorStop(share, one)
  context.fillStyle = gradient
  context.fillRect(0, 0, 256, 1)
  return context.getImageData(0, 0, 256, 1).data
}

/** Twenty bands from top to bottom: warm where everybody was, cold where hardly anybody came. */
export function paintScroll(canvas: HTMLCanvasElement, { reached }: HeatmapResult['scroll'], sheet: Sheet): void {
  const context = sizeCanvas(canvas, sheet)
  if (!context) return
  const colours = rampPixels()
  const band = canvas.height / reached.length
  for (const [i, { share }] of reached.entries()) {
    const at = 4 * Math.round((share ?? 0) * 255)
    context.fillStyle = `rgb(${colours[at]} ${colours[at + 1]} ${colours[at + 2]} / 0.42)`
    const top = Math.round(i * band)
    context.fillRect(0, top, canvas.width, Math.round((i + 1) * band) - top)
  }
}
