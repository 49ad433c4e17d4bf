import { Input, Segmented } from 'antd'
import { useState } from 'react'
import { type Translate, useText } from '#console/i18n/i18n.ts'
import type { Document } from '#console/reports/document.ts'
import { Amount, shareText } from '#console/trade/amount.tsx'
import { CsvButton } from '#console/trade/csv-button.tsx'
import { Count } from '#console/ui/count.tsx'
import { type Column, DataTable, wholeList } from '#console/ui/data-table.tsx'
import { Empty } from '#console/ui/empty.tsx'
import { Section } from '#console/ui/page.tsx'
import { usePhone } from '#console/ui/preferences.ts'
import { Change } from '#console/ui/stat.tsx'
import { Badge } from '#console/ui/tag-chips.tsx'
import type { ProductsResult } from '#insight/reports/products/schema.ts'

type Product = ProductsResult['rows'][number]
type Line = Product & { id: string }

const tones = { A: 'good', B: 'waiting', C: 'quiet' } as const

/** Everything sold or looked at; classes, search and order are the table's own, because the whole list is here. */
export function Ranking({ document, result, open }: { document: Document; result: ProductsResult; open?: (product: string) => void }) {
  const { t } = useText()
  const phone = usePhone()
  const [abc, setAbc] = useState<'all' | 'A' | 'B' | 'C'>('all')
  const [text, setText] = useState('')
  const [sort, setSort] = useState<string | undefined>('-amount')
  const rows = sorted(result.rows, sort).filter((row) => (abc === 'all' || row.abc === abc) && matches(row, text))
  const list = wholeList<Line>({
    data: { items: rows.map((row) => ({ ...row, id: row.product })) },
    error: null,
    isPending: false,
    isPlaceholderData: false,
    refetch: () => undefined,
  })
  const columns = columnsOf(t, result.currency, document.compare === 'previous_year' ? 'previous_year' : 'previous_period', phone)
  return (
    <Section
      flush
      title={t('products.ranking')}
      note={t('products.abcNote')}
      actions={
        <>
          <Segmented
            aria-label={t('products.abc')}
            value={abc}
            onChange={setAbc}
            options={[
              { value: 'all', label: t('products.all') },
              ...result.classes.map(({ abc, products }) => ({ value: abc, label: `${abc} · ${products}` })),
            ]}
          />
          <Input.Search
            allowClear
            aria-label={t('products.search')}
            placeholder={t('products.search')}
            style={{ width: 200 }}
            onChange={(event) => setText(event.target.value)}
          />
          <CsvButton
            name={t('products.ranking')}
            head={csvKeys.map((key) => t(`products.${key}`))}
            rows={rows.map((row) => csvKeys.map((key) => (key === 'product' ? row.title : row[key])))}
          />
        </>
      }
    >
      <DataTable<Line>
        name="products"
        columns={columns}
        list={list}
        sort={sort ?? '-amount'}
        onSort={setSort}
        {...(open ? { open: (row: Line) => open(row.product) } : {})}
        empty={<Empty title={t('products.noneMatch')} />}
      />
    </Section>
  )
}

const csvKeys = [
  'product',
  'abc',
  'amount',
  'quantity',
  'orders',
  'buyers',
  'refunded',
  'viewers',
  'carted',
  'viewToCart',
  'viewToOrder',
] as const

const matches = ({ product, title }: Product, text: string): boolean =>
  `${product} ${title}`.toLowerCase().includes(text.trim().toLowerCase())

function sorted(rows: Product[], sort: string | undefined): Product[] {
  const key = (sort ?? '-amount').replace('-', '') as keyof Product
  const sign = sort?.startsWith('-') === false ? 1 : -1
  const worth = (row: Product) => (typeof row[key] === 'number' ? Number(row[key]) : Number.NEGATIVE_INFINITY)
  return rows.toSorted((a, b) => sign * (worth(a) - worth(b)) || (a.product < b.product ? -1 : 1))
}

function columnsOf(t: Translate, currency: string, compare: 'previous_period' | 'previous_year', phone: boolean): Column<Line>[] {
  const count = (key: 'quantity' | 'orders' | 'buyers' | 'viewers' | 'carted', width: number): Column<Line> => ({
    key,
    title: t(`products.${key}`),
    width,
    right: true,
    sort: key,
    phone: key === 'orders' || key === 'viewers' || key === 'carted' ? 'none' : 'line',
    render: (row) => <Count value={row[key]} />,
  })
  const share = (key: 'share' | 'refundRate' | 'viewToCart' | 'viewToOrder', width = 116): Column<Line> => ({
    key,
    title: t(`products.${key}`),
    width,
    right: true,
    sort: key,
    phone: 'none',
    render: (row) => <span className="figure">{shareText(row[key])}</span>,
  })
  return [
    { key: 'title', title: t('products.product'), width: 180, phone: 'head', render: (row) => row.title },
    { key: 'abc', title: 'ABC', width: 56, phone: 'aside', render: (row) => <Badge tone={tones[row.abc]}>{row.abc}</Badge> },
    {
      key: 'amount',
      title: t('products.amount'),
      width: 112,
      right: true,
      sort: 'amount',
      phone: 'note',
      render: (row) => <Amount value={row.amount} currency={currency} />,
    },
    {
      key: 'change',
      title: t(`products.changes.${compare}`),
      width: 96,
      right: true,
      phone: phone ? 'none' : 'line',
      render: (row) => (row.compare ? <Change now={row.amount} before={row.compare.amount} /> : null),
    },
    share('share', 84),
    count('quantity', 96),
    { ...count('orders', 96), hidden: true },
    count('buyers', 88),
    share('refundRate'),
    count('viewers', 96),
    count('carted', 120),
    { ...share('viewToCart'), hidden: true },
    share('viewToOrder'),
  ]
}
