import type { ReactNode } from 'react'
import { PlainScroll } from '#console/ui/plain-scroll.tsx'

export interface Column<Row> {
  title: string
  right?: boolean
  cell: (row: Row) => ReactNode
}

/** A short table of figures that came whole. */
export function Figures<Row>(props: { columns: Column<Row>[]; rows: readonly Row[]; keyOf: (row: Row) => string }) {
  return (
    <PlainScroll>
      <table className="plain-table">
        <thead>
          <tr>
            {props.columns.map(({ title, right }) => (
              <th key={title} scope="col" className={right ? 'right' : ''}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {props.rows.map((row) => (
            <tr key={props.keyOf(row)}>
              {props.columns.map(({ title, right, cell }) => (
                <td key={title} className={right ? 'right figure' : ''}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </PlainScroll>
  )
}
