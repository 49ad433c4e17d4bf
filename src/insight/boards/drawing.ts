import { BarChart, LineChart } from 'echarts/charts'
import { GridComponent, LegendComponent } from 'echarts/components'
import { init, use } from 'echarts/core'
import { SVGRenderer } from 'echarts/renderers'
import { cardFont } from '#growth/live-codes/image/card.ts'
import { toPng } from '#growth/live-codes/image/render.ts'
import type { Figure } from './figures.ts'
import type { Line } from './words.ts'

use([BarChart, LineChart, GridComponent, LegendComponent, SVGRenderer])

type Drawn = { title: string; rows: readonly Line[]; figures: readonly Figure[] }

const [width, margin, rowHeight, chartHeight] = [900, 40, 44, 260]
const ink = { text: '#1a1f2b', mute: '#646e80', line: '#e5e8ed', paper: '#ffffff' }
const colours = ['#0f9d77', '#3f74d6', '#d98e04', '#8d5fc9', '#4ba3c7', '#c2544d', '#7d8331', '#6f7b90']
/** Longer messages are read in the console. */
const most = { rows: 20, figures: 6 }

/** A board as one picture that reads on a phone: its table, then its drawings. Twice as sharp as it is wide. */
export const pictureOf = (drawn: Drawn): Buffer => toPng(svgOf(drawn), width * 2)

export function svgOf({ title, rows, figures }: Drawn): string {
  const listed = rows.slice(0, most.rows)
  const top = margin + 56
  const below = top + listed.length * rowHeight + 24
  const charts = figures.slice(0, most.figures).map((figure, i) => chartSvg(figure, below + i * (chartHeight + 56)))
  const height = below + charts.length * (chartHeight + 56) + margin / 2
  const parts = [
    `<rect width="${width}" height="${height}" fill="${ink.paper}"/>`,
    text(margin, margin + 22, title, { size: 26, weight: 700 }),
    ...listed.flatMap((row, i) => rowSvg(row, top + i * rowHeight)),
    ...charts,
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${parts.join('')}</svg>`
}

function rowSvg({ name, value, change, target }: Line, y: number): string[] {
  const base = y + 28
  const room = 460
  return [
    `<line x1="${margin}" x2="${width - margin}" y1="${y + rowHeight}" y2="${y + rowHeight}" stroke="${ink.line}"/>`,
    text(margin, base, shortened(name, room, 17), { size: 17 }),
    text(660, base, value, { size: 19, weight: 700, end: true }),
    text(width - margin, base, [change, target && `/ ${target}`].filter(Boolean).join('  '), { size: 15, fill: ink.mute, end: true }),
  ]
}

function chartSvg(figure: Figure, y: number): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: width - 2 * margin, height: chartHeight })
  chart.setOption(optionOf(figure))
  const drawing = chart.renderToSVGString().replace('<svg ', `<svg x="${margin}" y="${y + 40}" `)
  chart.dispose()
  return text(margin, y + 24, figure.title, { size: 19, weight: 700 }) + drawing
}

const optionOf = ({ kind, labels, series }: Figure) => ({
  animation: false,
  color: colours,
  textStyle: { fontFamily: cardFont, color: ink.mute },
  grid: { left: 8, right: 24, top: series.length > 1 ? 36 : 12, bottom: 4, outerBoundsMode: 'same' as const },
  ...(series.length > 1
    ? { legend: { top: 0, left: 0, icon: 'roundRect', textStyle: { fontFamily: cardFont, fontSize: 14, color: ink.mute } } }
    : {}),
  xAxis: {
    type: 'category' as const,
    data: labels,
    boundaryGap: kind === 'bar',
    axisTick: { show: false },
    axisLine: { lineStyle: { color: ink.line } },
    axisLabel: { fontSize: 13, color: ink.mute, hideOverlap: true },
  },
  yAxis: {
    type: 'value' as const,
    splitNumber: 3,
    axisLabel: { fontSize: 13, color: ink.mute },
    splitLine: { lineStyle: { color: ink.line } },
  },
  series: series.map(({ name, values }) =>
    kind === 'bar'
      ? {
          name,
          type: 'bar' as const,
          data: values,
          barMaxWidth: 56,
          label: { show: true, position: 'top' as const, fontSize: 13, color: ink.text },
        }
      : { name, type: 'line' as const, data: values, showSymbol: false, lineStyle: { width: 3 } },
  ),
})

type Style = { size: number; weight?: number; fill?: string; end?: boolean }

const text = (x: number, y: number, words: string, { size, weight = 500, fill = ink.text, end }: Style): string =>
  `<text x="${x}" y="${y}" font-family="${cardFont}" font-size="${size}" font-weight="${weight}" fill="${fill}"${end ? ' text-anchor="end"' : ''}>${escaped(words)}</text>`

const escaped = (words: string): string => words.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`).replace(/\p{Cc}/gu, ' ')

/** Chinese signs are as wide as they are high, others about half of it. */
function shortened(words: string, room: number, size: number): string {
  let used = 0
  const kept: string[] = []
  for (const sign of words) {
    used += /[ -~]/.test(sign) ? size * 0.56 : size
    if (used > room) return `${kept.join('')}…`
    kept.push(sign)
  }
  return words
}
