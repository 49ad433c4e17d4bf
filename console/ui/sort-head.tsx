import { type ReactNode, useId } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { nextSort, type Sort } from '#console/ui/sorted.ts'

/** The heading of a column that a plain table is sorted by: a button, so that keys press it as a pointer does. */
export function SortHead(props: { column: string; sort: Sort; onSort: (sort: Sort) => void; children: ReactNode }) {
  const { t } = useText()
  const hint = useId()
  const { column, sort } = props
  const order = sort === `-${column}` ? 'descending' : sort === column ? 'ascending' : 'none'
  return (
    <th scope="col" className="right" aria-sort={order}>
      <button
        type="button"
        className="sort-button"
        aria-describedby={hint}
        title={t(`ui.sorts.${order}`)}
        onClick={() => props.onSort(nextSort(sort, column))}
      >
        {props.children}
        <span className="sort-arrow" aria-hidden="true">
          {order === 'descending' ? '▼' : order === 'ascending' ? '▲' : '↕'}
        </span>
      </button>
      <span id={hint} hidden>
        {t(`ui.sorts.${order}`)}
      </span>
    </th>
  )
}
