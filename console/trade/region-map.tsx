import './region-map.css'
import { Tooltip } from 'antd'
import type { CSSProperties } from 'react'
import { useText } from '#console/i18n/i18n.ts'
import { type Province, provinceOf, provinces } from '#console/trade/provinces.ts'
import { shortMoney } from '#console/ui/format.ts'
import { minorOf } from './amount.tsx'

/** What one region of the orders brought; several may lie in one province (上海, 上海市). */
type Row = { value: string | null; other?: boolean | undefined; paid: number; orders: number }

/**
 * Provinces as tiles, the darker the more was paid there. Nothing at all where no region names one: a company that sells
 * elsewhere has its table.
 */
export function RegionMap<R extends Row>({ rows, currency, onPick }: { rows: readonly R[]; currency: string; onPick(row: R): void }) {
  const { t, language } = useText()
  const found = sumByProvince(rows)
  if (found.size === 0) return null
  const most = Math.max(...[...found.values()].map(({ paid }) => paid))
  const nameOf = ({ name, code }: Province) => (language === 'zh' ? name : code)
  return (
    <ul className="tile-map" aria-label={t('trade.map')}>
      {provinces.map((province) => {
        const sold = found.get(province.name)
        const place = { gridRow: province.row + 1, gridColumn: province.column + 1 }
        if (!sold)
          return (
            <li key={province.code} style={place} className="tile empty">
              {nameOf(province)}
            </li>
          )
        const amount = shortMoney(minorOf(sold.paid, currency) ?? 0, currency, language)
        const heat = { '--heat': `${Math.round(8 + (Math.max(0, sold.paid) / Math.max(1, most)) * 50)}%` } as CSSProperties
        return (
          <li key={province.code} style={place}>
            <Tooltip title={`${province.name} · ${amount} · ${t('trade.mapOrders', { count: sold.orders })}`}>
              <button type="button" className="tile" style={heat} onClick={() => onPick(sold.largest)}>
                {nameOf(province)}
                <small>{amount}</small>
              </button>
            </Tooltip>
          </li>
        )
      })}
    </ul>
  )
}

type Sold<R> = { paid: number; orders: number; largest: R }

function sumByProvince<R extends Row>(rows: readonly R[]): Map<string, Sold<R>> {
  const found = new Map<string, Sold<R>>()
  for (const row of rows) {
    const name = row.other || row.value === null ? undefined : provinceOf(row.value)?.name
    if (name === undefined) continue
    const before = found.get(name)
    found.set(name, {
      paid: (before?.paid ?? 0) + row.paid,
      orders: (before?.orders ?? 0) + row.orders,
      largest: before && before.largest.paid >= row.paid ? before.largest : row,
    })
  }
  return found
}
