import { SankeyChart } from 'echarts/charts'
import { TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useCallback, useEffect, useRef } from 'react'
import { series as colors, dark, fontFamily, light, type Palette } from '#console/theme.ts'
import { exactNumber } from '#console/ui/format.ts'
import { drawMs, usePhone, useThemeName } from '#console/ui/preferences.ts'

use([SankeyChart, TooltipComponent, CanvasRenderer])

type Flow = { from: string; to: string; value: number }
type Props = { flows: Flow[]; order: string[]; onPick: (index: number) => void }

/** Before on the left, now on the right, the highest layer on top of both. */
export function MovementCanvas({ flows, order, onPick }: Props) {
  const palette = useThemeName() === 'dark' ? dark : light
  const phone = usePhone()
  const instance = useRef<ReturnType<typeof init>>(null)
  const pick = useRef(onPick)
  const mount = useCallback((node: HTMLDivElement | null) => {
    if (!node) return
    const chart = init(node)
    instance.current = chart
    chart.on('click', (event) => {
      if (event.dataType === 'edge') pick.current(event.dataIndex)
    })
    const observer = new ResizeObserver(() => chart.resize())
    observer.observe(node)
    return () => {
      observer.disconnect()
      chart.dispose()
    }
  }, [])
  // The drawing lives outside React; it is told the new flows after each render that brought some.
  useEffect(() => {
    pick.current = onPick
    instance.current?.setOption(optionOf(flows, order, palette, phone), true)
  }, [flows, order, onPick, palette, phone])
  return <div ref={mount} className="chart-canvas picks" />
}

const before = (name: string) => `< ${name}`
const bare = (name: string) => name.replace(/^< /, '')

function optionOf(flows: Flow[], order: string[], palette: Palette, phone: boolean): EChartsCoreOption {
  const node = (id: string, name: string, depth: number) => ({
    name: id,
    depth,
    itemStyle: { color: colors[order.indexOf(name) % colors.length], borderWidth: 0 },
    label: { position: depth === 0 ? 'right' : 'left' },
  })
  const from = order.filter((name) => flows.some((flow) => flow.from === name))
  const to = order.filter((name) => flows.some((flow) => flow.to === name))
  return {
    animationDuration: drawMs(),
    textStyle: { fontFamily },
    tooltip: {
      backgroundColor: palette.card,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 13 },
      formatter: ({
        dataType,
        data,
        name,
        value,
      }: {
        dataType: string
        data: { source: string; target: string }
        name: string
        value: number
      }) => (dataType === 'edge' ? `${bare(data.source)} → ${data.target}: ${exactNumber(value)}` : `${bare(name)}: ${exactNumber(value)}`),
    },
    series: [
      {
        type: 'sankey',
        left: 0,
        right: 0,
        top: 8,
        bottom: 8,
        nodeWidth: 14,
        nodeGap: 14,
        // The order of the layers, not one that crosses fewest lines.
        layoutIterations: 0,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        label: { color: palette.ink, fontSize: phone ? 11 : 12, formatter: ({ name }: { name: string }) => bare(name) },
        lineStyle: { color: 'source', opacity: 0.28, curveness: 0.5 },
        data: [...from.map((name) => node(before(name), name, 0)), ...to.map((name) => node(name, name, 1))],
        links: flows.map((flow) => ({ source: before(flow.from), target: flow.to, value: flow.value })),
      },
    ],
  }
}
