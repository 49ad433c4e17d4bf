import { join } from 'node:path'

/** The real shop that several acceptance tests read, and the mapping that the import contract gives for it. */
export const file = join(import.meta.dirname, '../../../../shared/data/online-retail/dev_customers_mod5.csv.gz')

export const mapping = {
  columns: {
    order_no: 'InvoiceNo',
    'customer.member_no': 'CustomerID',
    paid_at: 'InvoiceDate',
    'line.product_code': 'StockCode',
    'line.title': 'Description',
    'line.quantity': 'Quantity',
    'line.unit_price': 'UnitPrice',
    region: 'Country',
  },
  dateFormat: 'yyyy-MM-dd HH:mm:ss',
  timezone: 'Europe/London',
  currency: 'GBP',
  encoding: 'utf-8',
  refundWhen: { column: 'InvoiceNo', startsWith: 'C' },
  group: 'order_no',
}
