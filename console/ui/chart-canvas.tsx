import { BarChart, LineChart } from 'echarts/charts'
import { AriaComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { LabelLayout } from 'echarts/features'
import { CanvasRenderer } from 'echarts/renderers'
import { type RefObject, useCallback, useEffect, useImperativeHandle, useRef } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { dark, fontFamily, light, type Palette, series as seriesColors } from '#console/theme.ts'
import type { Canvas, ChartData, ChartSeries } from '#console/ui/chart.tsx'
import { exactNumber, shortNumber } from '#console/ui/format.ts'
import { drawMs, usePhone, useThemeName } from '#console/ui/preferences.ts'

use([LineChart, BarChart, GridComponent, TooltipComponent, LegendComponent, AriaComponent, LabelLayout, CanvasRenderer])

type Instance = ReturnType<typeof init>

export function ChartCanvas(props: { data: ChartData; canvas: RefObject<Canvas | null>; onPick?: (index: number) => void }) {
  const palette = useThemeName() === 'dark' ? dark : light
  const { language } = useText()
  const phone = usePhone()
  const instance = useRef<Instance>(null)
  const pick = useRef(props.onPick)
  const labels = props.data.labels.length
  useImperativeHandle(props.canvas, () => ({
    png: () => instance.current?.getDataURL({ pixelRatio: 2, backgroundColor: palette.card }) ?? '',
  }))
  const mount = useCallback((node: HTMLDivElement | null) => {
    if (!node) return
    const chart = init(node)
    instance.current = chart
    chart.getZr().on('click', (event) => {
      const [index] = chart.convertFromPixel({ gridIndex: 0 }, [event.offsetX, event.offsetY]) ?? []
      if (index !== undefined && index >= 0) pick.current?.(index)
    })
    const observer = new ResizeObserver(() => chart.resize())
    observer.observe(node)
    return () => {
      observer.disconnect()
      chart.dispose()
    }
  }, [])
  // The drawing lives outside React; it is told the new figures after each render that brought some.
  useEffect(() => {
    pick.current = (index) => index < labels && props.onPick?.(index)
    instance.current?.setOption(
      chartOption(props.data, palette, (value) => shortNumber(value, language), !phone),
      true,
    )
  }, [props.data, props.onPick, palette, language, phone, labels])
  return <div ref={mount} className={props.onPick ? 'chart-canvas picks' : 'chart-canvas'} />
}

function chartOption(data: ChartData, palette: Palette, short: (value: number) => string, wide: boolean): EChartsCoreOption {
  // One line needs no name: the title above is it. On a phone names at the ends would take half of the drawing.
  const direct = wide && data.kind === 'line' && data.series.length <= 5 && data.series.length > 1
  return {
    animationDuration: drawMs(),
    textStyle: { fontFamily, color: palette.inkSoft },
    grid: { left: 4, right: direct ? endSpace(data.series) : 12, top: direct ? 12 : 34, bottom: 4, outerBoundsMode: 'same' },
    legend:
      direct || data.series.length < 2
        ? { show: false }
        : { top: 0, left: 0, icon: 'roundRect', itemWidth: 10, itemHeight: 10, textStyle: { color: palette.inkSoft } },
    tooltip: {
      trigger: 'axis',
      backgroundColor: palette.card,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 13 },
      formatter: (hits: unknown) => tooltip(hits, data),
    },
    xAxis: {
      type: 'category',
      data: data.labels,
      boundaryGap: data.kind !== 'line',
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.lineStrong } },
      axisLabel: { color: palette.inkMute, hideOverlap: true, interval: 'auto' },
    },
    yAxis: {
      type: 'value',
      splitNumber: 3,
      minInterval: 1,
      ...(data.most === undefined ? {} : { max: data.most, interval: data.most / 4 }),
      axisLabel: { color: palette.inkMute, formatter: (value: number) => short(value) },
      splitLine: { lineStyle: { color: palette.line } },
    },
    series: data.series.flatMap<object>((one, index) =>
      data.kind === 'line' ? lines(one, index, data, palette, direct) : [bars(one, index, data, palette)],
    ),
  }
}

/** Room for the longest name at the end of its line; what is longer still is cut with dots. */
const endSpace = (series: ChartSeries[]): number =>
  Math.min(
    mostEnd,
    24 + Math.max(...series.map(({ name }) => Array.from(name).reduce((width, sign) => width + (sign.charCodeAt(0) > 255 ? 12 : 7), 0))),
  )

const mostEnd = 168

const colorOf = (one: ChartSeries, index: number) => seriesColors[(one.color ?? index) % seriesColors.length]

function bars(one: ChartSeries, index: number, data: ChartData, palette: Palette) {
  const color = colorOf(one, index)
  const last = data.labels.length - 1
  const hatched = { color, decal: { symbol: 'rect', dashArrayX: [1, 0], dashArrayY: [3, 3], rotation: Math.PI / 4, color: palette.card } }
  return {
    name: one.name,
    type: 'bar',
    stack: data.kind === 'stack' ? 'all' : undefined,
    barMaxWidth: 28,
    itemStyle: { color, borderRadius: data.kind === 'stack' ? 0 : [3, 3, 0, 0] },
    data: one.values.map((value, at) => (data.incomplete && at === last ? { value, itemStyle: hatched } : value)),
  }
}

/** The unfinished interval is a dotted tail of its own, so that its dip is not read as a fall. */
function lines(one: ChartSeries, index: number, data: ChartData, palette: Palette, direct: boolean) {
  const color = colorOf(one, index)
  const last = data.labels.length - 1
  const open = data.incomplete && last > 0
  const look = { color, width: one.compare ? 1.5 : 2, opacity: one.compare ? 0.6 : 1 }
  const label = {
    show: direct,
    formatter: '{a}',
    color: palette.inkSoft,
    fontSize: 12,
    lineHeight: 17,
    distance: 8,
    width: mostEnd - 24,
    overflow: 'truncate',
  }
  const common = {
    name: one.name,
    type: 'line',
    symbol: 'circle',
    itemStyle: { color, opacity: look.opacity },
    labelLayout: { moveOverlap: 'shiftY' },
  }
  const body = {
    ...common,
    showSymbol: data.labels.length <= 2,
    lineStyle: { ...look, type: one.compare ? [4, 4] : 'solid' },
    endLabel: open ? { show: false } : label,
    data: one.values.map((value, at) => (open && at === last ? null : value)),
  }
  const tail = {
    ...common,
    symbol: 'emptyCircle',
    symbolSize: (_value: unknown, point: { dataIndex: number }) => (point.dataIndex === last ? 7 : 0),
    lineStyle: { ...look, type: [2, 3] },
    endLabel: label,
    data: one.values.map((value, at) => (at >= last - 1 ? value : null)),
  }
  return open ? [body, tail] : [body]
}

function tooltip(hits: unknown, data: ChartData): string {
  const [first] = Array.isArray(hits) ? (hits as { dataIndex: number }[]) : []
  if (!first) return ''
  const rows = data.series.map((one, index) => {
    const value = one.values[first.dataIndex]
    const dot = `<span style="display:inline-block;width:8px;height:8px;border-radius:50%;margin-right:8px;background:${colorOf(one, index)}"></span>`
    const text = value === null || value === undefined ? '—' : (data.format ?? exactNumber)(value)
    return `<div style="display:flex;justify-content:space-between;gap:24px"><span>${dot}${escaped(one.name)}</span><b>${escaped(text)}</b></div>`
  })
  return `<div style="margin-bottom:4px">${escaped(data.labels[first.dataIndex] ?? '')}</div>${rows.join('')}`
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
