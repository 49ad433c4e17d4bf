import type { Context } from '#platform/context.ts'
import { type AppError, appError } from '#platform/errors.ts'
import { inTransaction } from '#platform/events/emit.ts'
import type { Applied, ImportKind, ImportRun, ImportSetup } from '#platform/imports/kind.ts'
import { announce } from './announce.ts'
import { hash53 } from './facts.ts'
import { orderColumns } from './import-columns.ts'
import { collectDocuments, type Documents } from './import-documents.ts'
import { orderReader, type ReadRow } from './import-row.ts'
import { type Stored, storeOrders, storeRefunds } from './store.ts'

/** Orders with or without their lines: rows with one order number are one order. */
export const ordersImport: ImportKind = {
  name: 'orders',
  title: { zh: '订单', en: 'Orders' },
  columns: orderColumns,
  prepare: async (_ctx, setup) => {
    needTime(setup)
    if (!['line.unit_price', 'line.paid', 'paid'].some(setup.isMapped))
      throw missing('line.paid', 'Say which column holds the amount: line.unit_price, line.paid or paid.')
    return runOf(setup)
  },
}

/** Lines for orders, each row one product: code or title and quantity must be there. */
export const orderLinesImport: ImportKind = {
  name: 'order-lines',
  title: { zh: '订单商品明细', en: 'Order lines' },
  columns: orderColumns.map((column) => (column.key === 'line.quantity' ? { ...column, required: true } : column)),
  prepare: async (_ctx, setup) => {
    needTime(setup)
    if (!['line.product_code', 'line.title'].some(setup.isMapped))
      throw missing('line.product_code', 'Say which column holds the product: line.product_code or line.title.')
    if (!['line.unit_price', 'line.paid'].some(setup.isMapped))
      throw missing('line.unit_price', 'Say which column holds the price: line.unit_price or line.paid.')
    return runOf(setup)
  },
}

const missing = (key: string, message: string): AppError => appError('import.column_missing', { message, field: `columns.${key}` })

function needTime(setup: ImportSetup): void {
  if (!setup.isMapped('paid_at') && !setup.isMapped('created_at'))
    throw missing('paid_at', 'Say which column holds the time: paid_at or created_at.')
}

function runOf(setup: ImportSetup): ImportRun<ReadRow> {
  const read = orderReader(setup)
  const seen = { orders: new Set<number>(), refunds: new Set<number>() }
  return {
    read(row) {
      const found = read(row)
      // A refund document is an order number of its own in such files, so it counts among both.
      const key = hash53(`${found.shop} ${found.orderNo}`)
      seen.orders.add(key)
      if (found.isRefund) seen.refunds.add(key)
      return found
    },
    apply: (ctx, rows) => applyRows(ctx, rows, setup.importId),
    finish: (ctx) => tellImported(ctx, setup.importId),
    counts: () => ({ orders: seen.orders.size, ...(seen.refunds.size > 0 ? { refunds: seen.refunds.size } : {}) }),
  }
}

async function applyRows(ctx: Context, rows: readonly ReadRow[], importId: number): Promise<Applied> {
  const documents = await collectDocuments(ctx, rows)
  const orders = await storeOrders(ctx, documents.orders, { importId })
  linkRefunds(documents, orders)
  const refunds = await storeRefunds(ctx, documents.refunds, { importId })
  return outcomes(rows, documents, orders, refunds)
}

/** Refunds told in an order's own row belong to that order. */
function linkRefunds(documents: Documents, orders: readonly Stored[]): void {
  for (const [refund, order] of documents.refundOrders) {
    const facts = documents.refunds[refund]
    if (facts) facts.orderId = orders[order]?.id ?? null
  }
}

function outcomes(rows: readonly ReadRow[], documents: Documents, orders: readonly Stored[], refunds: readonly Stored[]): Applied {
  const counts = { imported: 0, updated: 0, unchanged: 0 }
  const rejected: { index: number; error: AppError }[] = []
  rows.forEach((row, index) => {
    const place = documents.placeOf[index] ?? 0
    const stored = (row.isRefund ? refunds : orders)[place]
    if (!stored) throw new Error('a row without its document')
    if (stored.refused) rejected.push({ index, error: stored.refused })
    else counts[outcomeOf(row, stored, documents.firstRows.has(index))]++
  })
  return { ...counts, rejected }
}

function outcomeOf({ line }: ReadRow, stored: Stored, isFirst: boolean): 'imported' | 'updated' | 'unchanged' {
  if (line ? stored.insertedLines.has(line.lineKey) : stored.inserted && isFirst) return 'imported'
  if (stored.changed || (line && stored.updatedLines.has(line.lineKey))) return 'updated'
  return 'unchanged'
}

const announcedAtOnce = 2000

/** After the last row: an order's rows may lie anywhere in the file, and its event tells the whole amount. */
async function tellImported(ctx: Context, importId: number): Promise<void> {
  const which = { importId, limit: announcedAtOnce }
  while ((await inTransaction(ctx, (ctx) => announce(ctx, { orders: which, refunds: which }))) > 0);
}
