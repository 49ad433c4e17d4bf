import { useAnswer } from '#console/reports/queries.ts'
import { type Asked, intervalOf } from '#console/trade/queries.ts'
import type { BasketResult } from '#insight/reports/basket/schema.ts'
import type { ProductsResult } from '#insight/reports/products/schema.ts'

export const productsDocument = (asked: Asked, windowDays: number, product?: string) => ({
  type: 'products',
  ...asked,
  interval: intervalOf(asked),
  windowDays,
  limit: 1000,
  ...(product === undefined ? {} : { product }),
})
export const useProduct = (asked: Asked, windowDays: number, product: string) =>
  useAnswer<ProductsResult>(productsDocument(asked, windowDays, product))

export type Thresholds = { minSupport: number; minConfidence: number; sort: 'lift' | 'confidence' | 'support' | 'conviction' }

export const basketDocument = ({ dateFrom, dateTo }: Asked, thresholds: Thresholds) => ({
  type: 'basket',
  dateFrom,
  dateTo,
  ...thresholds,
  limit: 200,
})
export const useBasket = (asked: Asked, thresholds: Thresholds) => useAnswer<BasketResult>(basketDocument(asked, thresholds))
