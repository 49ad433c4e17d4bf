import { BarChartOutlined, DownloadOutlined, TableOutlined } from '@ant-design/icons'
import { Button, Dropdown, Skeleton } from 'antd'
import { lazy, type ReactNode, Suspense, useRef, useState } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { exactNumber } from '#console/ui/format.ts'

export interface ChartSeries {
  name: string
  values: (number | null)[]
  /** Drawn dashed and pale: the period this one is compared with. */
  compare?: boolean
  /** Each series keeps its colour on every page: its place among the eight. */
  color?: number
}

export interface ChartData {
  labels: string[]
  series: ChartSeries[]
  kind: 'line' | 'bar' | 'stack'
  /** The last interval is not over yet: it is hatched or dotted. */
  incomplete?: boolean
  format?: (value: number) => string
  /** The end of the value axis, where the values have one: shares end at 100. */
  most?: number
}

/** What the drawing can do for its frame. */
export interface Canvas {
  png: () => string
}

const ChartCanvas = lazy(() => import('#console/ui/chart-canvas.tsx').then((module) => ({ default: module.ChartCanvas })))

/** A drawing with its subject and unit above, and the same figures as a table, a picture and a file one click away. */
export function Chart(props: {
  title: string
  unit?: string
  note?: ReactNode
  data: ChartData
  height?: number
  onPick?: (index: number) => void
}) {
  const { t } = useText()
  const [table, setTable] = useState(false)
  const canvas = useRef<Canvas>(null)
  const { data } = props
  const empty = data.series.every((series) => series.values.every((value) => !value))
  return (
    <figure className="chart">
      <figcaption className="sheet-head">
        <div>
          <h2>
            {props.title} {props.unit && <small>{props.unit}</small>}
          </h2>
          {props.note && <p className="note">{props.note}</p>}
        </div>
        <div className="row">
          <Button
            type="text"
            icon={table ? <BarChartOutlined /> : <TableOutlined />}
            aria-label={t(table ? 'ui.showChart' : 'ui.showTable')}
            title={t(table ? 'ui.showChart' : 'ui.showTable')}
            onClick={() => setTable(!table)}
          />
          <Dropdown
            trigger={['click']}
            menu={{
              items: [
                { key: 'csv', label: t('ui.downloadCsv') },
                { key: 'png', label: t('ui.downloadPng'), disabled: table },
              ],
              onClick: ({ key }) =>
                key === 'csv'
                  ? download(`${props.title}.csv`, csvUrl(data))
                  : canvas.current && download(`${props.title}.png`, canvas.current.png()),
            }}
          >
            <Button type="text" icon={<DownloadOutlined />} aria-label={t('ui.download')} title={t('ui.download')} />
          </Dropdown>
        </div>
      </figcaption>
      {table ? (
        <FigureTable data={data} {...(props.onPick ? { onPick: props.onPick } : {})} />
      ) : (
        <div style={{ height: props.height ?? 280 }} role="img" aria-label={spoken(props.title, data)}>
          {empty ? (
            <p className="chart-empty note">{t('ui.noFigures')}</p>
          ) : (
            <Suspense fallback={<Skeleton active />}>
              <ChartCanvas data={data} canvas={canvas} {...(props.onPick ? { onPick: props.onPick } : {})} />
            </Suspense>
          )}
        </div>
      )}
    </figure>
  )
}

/** What a bar opens, its row opens too: a canvas has no buttons for a keyboard. */
function FigureTable({ data, onPick }: { data: ChartData; onPick?: (index: number) => void }) {
  const { t } = useText()
  return (
    <div className="figures">
      <table>
        <thead>
          <tr>
            <th>{t('ui.interval')}</th>
            {data.series.map((series) => (
              <th key={series.name}>{series.name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {data.labels.map((label, index) => (
            <tr key={label}>
              <th scope="row">
                {onPick && data.series.some(({ values }) => values[index]) ? (
                  <button type="button" className="number-button" onClick={() => onPick(index)}>
                    {label}
                  </button>
                ) : (
                  label
                )}
              </th>
              {data.series.map((series) => (
                <td key={series.name}>{shown(series.values[index], data)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const shown = (value: number | null | undefined, data: ChartData): string =>
  value === null || value === undefined ? '—' : (data.format ?? exactNumber)(value)

function spoken(title: string, data: ChartData): string {
  const sums = data.series
    .filter((series) => !series.compare)
    .map((series) => `${series.name} ${exactNumber(series.values.reduce<number>((a, b) => a + (b ?? 0), 0))}`)
  return `${title}: ${sums.join(', ')}`
}

const csvUrl = (data: ChartData): string =>
  csvOf([
    ['', ...data.series.map((series) => series.name)],
    ...data.labels.map((label, index) => [label, ...data.series.map((series) => String(series.values[index] ?? ''))]),
  ])

/** The address of a file of these rows. Excel reads UTF-8 only with the mark in front; a cell that starts like a formula is made text. */
export function csvOf(rows: readonly (readonly string[])[]): string {
  const text = rows.map((row) => row.map(csvCell).join(',')).join('\r\n')
  return URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }))
}

function csvCell(text: string): string {
  const safe = /^[=+@\t\r]|^-(?![\d.]+$)/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function download(name: string, url: string): void {
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
}
