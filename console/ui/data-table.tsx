import { ColumnHeightOutlined, SettingOutlined } from '@ant-design/icons'
import { Button, Checkbox, Popover, Skeleton, Table } from 'antd'
import { type ReactNode, useState } from 'react'
import type { List } from '#console/api/query.ts'
import { useText } from '#console/i18n/i18n.ts'
import { exactNumber, shortNumber } from '#console/ui/format.ts'
import { remember, remembered } from '#console/ui/local.ts'
import { setPreference, usePhone, usePreferences } from '#console/ui/preferences.ts'
import { Problem } from '#console/ui/problem.tsx'

export interface Column<Row> {
  key: string
  title: string
  render: (row: Row) => ReactNode
  width?: number
  right?: boolean
  /** The name the server sorts by. */
  sort?: string
  /** Not shown until somebody chooses it. */
  hidden?: boolean
  /** Its place on the card that a row becomes on a phone: beside the head, in the line of notes, across, or with its title. */
  phone?: 'head' | 'aside' | 'note' | 'wide' | 'line' | 'none'
}

/** A list that comes in one answer, as the table takes lists. */
export function wholeList<Given, Row = Given>(
  read: { data: { items: Given[] } | undefined; error: unknown; isPending: boolean; isPlaceholderData: boolean; refetch: () => unknown },
  rows: (items: Given[]) => Row[] = (items) => items as unknown as Row[],
): List<Row> {
  const reload = () => void read.refetch()
  return {
    rows: rows(read.data?.items ?? []),
    total: undefined,
    totalExact: true,
    loading: read.isPending,
    refreshing: read.isPlaceholderData,
    error: read.error as Error | null,
    more: false,
    loadingMore: false,
    loadMore: reload,
    reload,
  }
}

type SortOrder = 'ascend' | 'descend' | null

interface Selection {
  ids: string[]
  onChange: (ids: string[]) => void
  actions: ReactNode
}

/**
 * One table for all lists: rows load as the reader goes down and are still there when they come back, columns and density
 * are remembered, a row opens by click or key, and on a phone each row is a card.
 */
export function DataTable<Row extends { id: string }>(props: {
  name: string
  columns: Column<Row>[]
  list: List<Row>
  empty: ReactNode
  open?: (row: Row) => void
  href?: (row: Row) => string
  sort?: string | undefined
  onSort?: (sort: string | undefined) => void
  selection?: Selection | undefined
  tools?: ReactNode
  /** Inside a drawer: no frame of its own, and the head sticks to the drawer's top. */
  bare?: boolean
}) {
  const phone = usePhone()
  const { list } = props
  const [chosen, setChosen] = useState(() => remembered<string[]>(`columns.${props.name}`))
  const shown = props.columns.filter((column) => (chosen ? chosen.includes(column.key) : !column.hidden))
  const choose = (keys: string[] | undefined) => {
    remember(`columns.${props.name}`, keys)
    setChosen(keys)
  }
  if (list.error && list.rows.length === 0) return <Problem error={list.error} retry={list.reload} />
  const selected = props.selection?.ids.length ?? 0
  return (
    <div className={`table${list.refreshing ? ' refreshing' : ''}${props.bare ? ' bare' : ''}`}>
      <div className="table-bar">
        {selected > 0 ? (
          <SelectionBar selection={props.selection} />
        ) : (
          <Total total={list.total} exact={list.totalExact} loaded={list.rows.length} more={list.more} />
        )}
        <div className="row">
          {props.tools}
          {!phone && <TableSettings columns={props.columns} shown={shown} choose={choose} />}
        </div>
      </div>
      {list.loading ? (
        <div className="table-wait">
          <Skeleton active paragraph={{ rows: 6 }} title={false} />
        </div>
      ) : list.rows.length === 0 ? (
        props.empty
      ) : phone ? (
        <Cards rows={list.rows} columns={shown} open={props.open} href={props.href} />
      ) : (
        <Grid {...props} shown={shown} />
      )}
      {list.more && <Sentinel loading={list.loadingMore} load={list.loadMore} />}
      {list.error && list.rows.length > 0 && <Problem error={list.error} retry={list.loadMore} />}
    </div>
  )
}

function Grid<Row extends { id: string }>(props: {
  shown: Column<Row>[]
  list: List<Row>
  open?: (row: Row) => void
  href?: (row: Row) => string
  sort?: string | undefined
  onSort?: (sort: string | undefined) => void
  selection?: Selection | undefined
  bare?: boolean
}) {
  const { density } = usePreferences()
  const { open, href, onSort, selection, sort } = props
  return (
    <Table<Row>
      size={density === 'compact' ? 'small' : 'middle'}
      rowKey="id"
      dataSource={props.list.rows}
      pagination={false}
      sticky={props.bare ? false : { offsetHeader: 56 }}
      scroll={{ x: props.shown.reduce((sum, column) => sum + (column.width ?? 140), 0) }}
      columns={props.shown.map((column, index) => ({
        key: column.key,
        title: column.title,
        width: column.width ?? 140,
        align: column.right ? ('right' as const) : ('left' as const),
        ellipsis: true,
        render: (_: unknown, row: Row) =>
          index === 0 ? <Opener row={row} open={open} href={href} render={column.render} /> : column.render(row),
        ...(column.sort && onSort
          ? { sorter: true, sortOrder: sortOrder(column.sort, sort), sortDirections: ['descend', 'ascend'] as SortOrder[] }
          : {}),
      }))}
      onChange={(_page, _filters, sorter) => {
        const one = Array.isArray(sorter) ? sorter[0] : sorter
        const field = props.shown.find((column) => column.key === one?.columnKey)?.sort
        if (onSort) onSort(field && one?.order ? (one.order === 'descend' ? `-${field}` : field) : undefined)
      }}
      onRow={(row) => (open ? { onClick: (event) => !isInteractive(event.target) && open(row), className: 'opens' } : {})}
      {...(selection
        ? {
            rowSelection: {
              selectedRowKeys: selection.ids,
              onChange: (keys) => selection.onChange(keys.map(String)),
              columnTitle: (box) => <SelectAll>{box}</SelectAll>,
              columnWidth: 44,
              preserveSelectedRowKeys: true,
            },
          }
        : {})}
    />
  )
}

/** antd repeats every heading in an invisible row that measures widths; its second box must not be reached by the keyboard. */
function SelectAll({ children }: { children: ReactNode }) {
  const quiet = (node: HTMLElement | null) => node?.closest('.ant-table-measure-row')?.setAttribute('inert', '')
  return <span ref={quiet}>{children}</span>
}

function Cards<Row extends { id: string }>(props: {
  rows: Row[]
  columns: Column<Row>[]
  open?: ((row: Row) => void) | undefined
  href?: ((row: Row) => string) | undefined
}) {
  const at = (place: Column<Row>['phone']) =>
    props.columns.filter((column, index) => (column.phone ?? (index === 0 ? 'head' : 'line')) === place)
  const [heads, asides, notes, wides, lines] = [at('head'), at('aside'), at('note'), at('wide'), at('line')]
  return (
    <ul className="cards">
      {props.rows.map((row) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the opener inside is the keyboard's way; the card only enlarges the target
        <li key={row.id} onClick={(event) => !isInteractive(event.target) && props.open?.(row)}>
          <div className="card-top">
            <div>
              {heads.map((column) => (
                <Opener key={column.key} row={row} open={props.open} href={props.href} render={column.render} />
              ))}
            </div>
            <div className="card-aside">
              {asides.map((column) => (
                <div key={column.key}>{column.render(row)}</div>
              ))}
            </div>
          </div>
          {wides.map((column) => {
            const content = column.render(row)
            return (
              content && (
                <div key={column.key} className="card-wide">
                  {content}
                </div>
              )
            )
          })}
          {notes.length > 0 && (
            <div className="card-notes">
              {notes.map((column) => (
                <span key={column.key}>{column.render(row)}</span>
              ))}
            </div>
          )}
          {lines.length > 0 && (
            <dl>
              {lines.map((column) => (
                <div key={column.key}>
                  <dt>{column.title}</dt>
                  <dd>{column.render(row)}</dd>
                </div>
              ))}
            </dl>
          )}
        </li>
      ))}
    </ul>
  )
}

function Opener<Row>(props: {
  row: Row
  open?: ((row: Row) => void) | undefined
  href?: ((row: Row) => string) | undefined
  render: (row: Row) => ReactNode
}) {
  const { open, href, row } = props
  if (open && href) {
    return (
      <a
        className="opener"
        href={href(row)}
        onClick={(event) => {
          if (event.metaKey || event.ctrlKey || event.shiftKey) return
          event.preventDefault()
          open(row)
        }}
      >
        {props.render(row)}
      </a>
    )
  }
  if (open) {
    return (
      <button type="button" className="opener" onClick={() => open(row)}>
        {props.render(row)}
      </button>
    )
  }
  return props.render(row)
}

function SelectionBar({ selection }: { selection: Selection | undefined }) {
  const { t } = useText()
  if (!selection) return null
  return (
    <div className="row selected" role="status">
      <strong>{t('ui.selected', { count: selection.ids.length })}</strong>
      {selection.actions}
      <Button type="text" size="small" onClick={() => selection.onChange([])}>
        {t('ui.unselect')}
      </Button>
    </div>
  )
}

function Total(props: { total: number | undefined; exact: boolean; loaded: number; more: boolean }) {
  const { t, language } = useText()
  if (props.total === undefined)
    return <span className="note">{props.loaded > 0 ? t(props.more ? 'ui.loadedMore' : 'ui.loaded', { count: props.loaded }) : ''}</span>
  return (
    <span className="note">
      <span className="figure" title={exactNumber(props.total)}>
        {t('ui.total', { count: `${shortNumber(props.total, language)}${props.exact ? '' : '+'}` })}
      </span>
    </span>
  )
}

function TableSettings<Row>(props: { columns: Column<Row>[]; shown: Column<Row>[]; choose: (keys: string[] | undefined) => void }) {
  const { t } = useText()
  const { density } = usePreferences()
  const keys = props.shown.map((column) => column.key)
  return (
    <>
      <Button
        type="text"
        icon={<ColumnHeightOutlined />}
        aria-label={t('ui.density')}
        title={t('ui.density')}
        aria-pressed={density === 'compact'}
        onClick={() => setPreference('density', density === 'compact' ? 'normal' : 'compact')}
      />
      <Popover
        trigger="click"
        placement="bottomRight"
        content={
          <div className="stack tight">
            {props.columns.map((column, index) => (
              <Checkbox
                key={column.key}
                disabled={index === 0}
                checked={keys.includes(column.key)}
                onChange={(event) =>
                  props.choose(
                    props.columns.map((one) => one.key).filter((key) => (key === column.key ? event.target.checked : keys.includes(key))),
                  )
                }
              >
                {column.title}
              </Checkbox>
            ))}
            <Button type="link" size="small" onClick={() => props.choose(undefined)}>
              {t('ui.defaultColumns')}
            </Button>
          </div>
        }
      >
        <Button type="text" icon={<SettingOutlined />} aria-label={t('ui.columns')} title={t('ui.columns')} />
      </Popover>
    </>
  )
}

function Sentinel({ loading, load }: { loading: boolean; load: () => void }) {
  const { t } = useText()
  const watch = (node: HTMLElement | null) => {
    if (!node) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && !loading && load(), { rootMargin: '600px' })
    observer.observe(node)
    return () => observer.disconnect()
  }
  return (
    <div ref={watch} className="sentinel">
      <Button type="text" loading={loading} onClick={load}>
        {t('ui.more')}
      </Button>
    </div>
  )
}

const sortOrder = (field: string, sort: string | undefined): SortOrder =>
  sort === field ? 'ascend' : sort === `-${field}` ? 'descend' : null

const isInteractive = (target: EventTarget): boolean =>
  target instanceof Element && target.closest('a,button,input,label,.ant-dropdown,.ant-select,.ant-table-selection-column') !== null
