import { SankeyChart } from 'echarts/charts'
import { AriaComponent, TooltipComponent } from 'echarts/components'
import { type EChartsCoreOption, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'
import { useCallback, useEffect, useRef } from 'react'
import { dark, fontFamily, light, type Palette, series as seriesColors } from '#console/theme.ts'
import { drawMs, useThemeName } from '#console/ui/preferences.ts'
import type { SankeyData, SankeyPart } from '#console/ui/sankey.tsx'

use([SankeyChart, TooltipComponent, AriaComponent, CanvasRenderer])

type Instance = ReturnType<typeof init>

export function SankeyCanvas(props: { data: SankeyData; onPick?: (part: SankeyPart) => void }) {
  const palette = useThemeName() === 'dark' ? dark : light
  const instance = useRef<Instance>(null)
  const pick = useRef(props.onPick)
  const mount = useCallback((node: HTMLDivElement | null) => {
    if (!node) return
    const chart = init(node)
    instance.current = chart
    chart.on('click', (event) => {
      const { dataType, name, data } = event as Hit
      if (dataType === 'node') pick.current?.({ node: name })
      else if (data.source !== undefined && data.target !== undefined) pick.current?.({ source: data.source, target: data.target })
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
    pick.current = props.onPick
    instance.current?.setOption(option(props.data, palette), true)
  }, [props.data, props.onPick, palette])
  return <div ref={mount} className={props.onPick ? 'chart-canvas picks' : 'chart-canvas'} />
}

function option(data: SankeyData, palette: Palette): EChartsCoreOption {
  const colors = colorsOf(data)
  const deepest = Math.max(0, ...data.nodes.map(({ depth }) => depth))
  const noteOf = new Map(data.nodes.map(({ key, name, note }) => [key, { name, note: note ?? '' }]))
  return {
    animationDuration: drawMs(),
    textStyle: { fontFamily, color: palette.inkSoft },
    tooltip: {
      backgroundColor: palette.card,
      borderColor: palette.line,
      textStyle: { color: palette.ink, fontSize: 13 },
      formatter: (hit: unknown) => tooltip(hit as Hit, noteOf),
    },
    series: [
      {
        type: 'sankey',
        left: 4,
        right: 132,
        top: 8,
        bottom: 8,
        nodeWidth: 12,
        nodeGap: 14,
        layoutIterations: 32,
        draggable: false,
        emphasis: { focus: 'adjacency' },
        label: {
          color: palette.ink,
          fontSize: 12,
          width: 120,
          overflow: 'truncate',
          formatter: ({ name }: { name: string }) => noteOf.get(name)?.name ?? name,
        },
        lineStyle: { color: 'source', opacity: 0.28, curveness: 0.5 },
        levels: Array.from({ length: deepest + 1 }, (_, depth) => ({ depth })),
        data: data.nodes.map(({ key, name, depth }) => ({ name: key, depth, itemStyle: { color: colors.get(name), borderWidth: 0 } })),
        links: data.links.map(({ source, target, value, note }) => ({ source, target, value, note })),
      },
    ],
  }
}

/** A thing keeps its colour in every column; the rare ones share the last. */
function colorsOf({ nodes }: SankeyData): Map<string, string> {
  const names = [...new Set(nodes.map(({ name }) => name))]
  return new Map(names.map((name, i) => [name, seriesColors[Math.min(i, seriesColors.length - 1)] ?? '']))
}

type Hit = { dataType?: string; name: string; data: { source?: string; target?: string; note?: string } }

function tooltip({ dataType, name, data }: Hit, noteOf: Map<string, { name: string; note: string }>): string {
  const called = (key: string | undefined) => escaped(noteOf.get(key ?? '')?.name ?? '')
  if (dataType === 'edge') return `<b>${called(data.source)} → ${called(data.target)}</b><br>${escaped(data.note ?? '')}`
  return `<b>${called(name)}</b><br>${escaped(noteOf.get(name)?.note ?? '')}`
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
