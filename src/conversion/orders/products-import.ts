import { sql } from 'kysely'
import type { Context } from '#platform/context.ts'
import { appError } from '#platform/errors.ts'
import type { Applied, ImportKind, ImportRun } from '#platform/imports/kind.ts'
import { isNegative } from '#platform/imports/mapping.ts'
import { toMinor } from '#platform/money.ts'

type Product = { code: string; title: string; category: string | null; price: string | null; currency: string }

const column = (key: string, zh: string, en: string, aliases: string[], required = false) => ({
  key,
  title: { zh, en },
  aliases: [zh, en, ...aliases],
  ...(required ? { required } : {}),
})

/** The product list by code. */
export const productsImport: ImportKind = {
  name: 'products',
  title: { zh: '商品', en: 'Products' },
  columns: [
    column('code', '商品编码', 'Product code', ['商品编号', '商家编码', '货号', '编码', 'StockCode', 'sku', 'product_code'], true),
    column('title', '商品名称', 'Product', ['名称', '商品', '品名', 'Description', 'product name', 'name'], true),
    column('category', '类目', 'Category', ['分类', '商品分类', '商品类目']),
    column('price', '价格', 'Price', ['单价', '售价', 'UnitPrice']),
  ],
  prepare: async (_ctx, setup): Promise<ImportRun<Product>> => {
    const [code, title, category, price] = [
      setup.text('code', 100),
      setup.text('title', 500),
      setup.text('category', 100),
      setup.decimal('price'),
    ]
    return {
      read(row) {
        const product = { code: code(row), title: title(row), category: category(row) || null, price: price(row), currency: setup.currency }
        if (product.code === '') throw appError('product.no_code', { message: 'The row has no product code.', field: 'code' })
        if (product.title === '') throw appError('product.no_title', { message: 'The row has no product name.', field: 'title' })
        if (product.price && isNegative(product.price))
          throw appError('amount.negative', { message: 'A price is not negative.', field: 'price' })
        if (product.price) toMinor(product.price, setup.currency, 'price')
        return { ...product, price: product.price?.toFixed() ?? null }
      },
      apply: applyProducts,
    }
  },
}

/** Of rows with one code the last one counts; the others change nothing. */
async function applyProducts(ctx: Context, rows: readonly Product[]): Promise<Applied> {
  const last = new Map(rows.map((row) => [row.code, row]))
  const { rows: written } = await sql<{ inserted: boolean }>`
    insert into products as p (tenant_id, code, title, category, price, currency, created_at, updated_at)
    select ${ctx.tenantId}, code, title, category, price, currency, ${ctx.now()}, ${ctx.now()}
    from jsonb_to_recordset(${JSON.stringify([...last.values()])}::jsonb) as g(code text, title text, category text, price numeric, currency text) order by code
    on conflict (tenant_id, code) do update set title = excluded.title, category = coalesce(excluded.category, p.category), price = coalesce(excluded.price, p.price), currency = coalesce(excluded.currency, p.currency), updated_at = excluded.updated_at
    where (p.title, p.category, p.price) is distinct from (excluded.title, coalesce(excluded.category, p.category), coalesce(excluded.price, p.price))
    returning (xmax = 0) as inserted`.execute(ctx.db)
  const imported = written.filter(({ inserted }) => inserted).length
  return { imported, updated: written.length - imported, unchanged: rows.length - written.length }
}
