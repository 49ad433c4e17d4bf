// 商品图册: what members can show to customers.
import { z } from 'zod'
import { freshId, now, type World } from './world.ts'

/** Kept in the names of the protocol: the row is what the API gives back. */
const ProductBody = z.object({
  description: z.string(),
  price: z.number(),
  product_sn: z.string(),
  attachments: z.array(z.object({ type: z.literal('image'), image: z.object({ media_id: z.string() }) })),
})
export type ProductBody = z.infer<typeof ProductBody>
export type Product = { id: number; corpId: string; productId: string; body: ProductBody; createdAt: number }
type Row = { id: number; corp_id: string; product_id: string; body: string; created_at: number }

export function createProduct(world: World, corpId: string, body: ProductBody): string {
  const productId = freshId('pr')
  const sql = 'INSERT INTO products (corp_id, product_id, body, created_at) VALUES (?, ?, ?, ?)'
  world.store.run(sql, corpId, productId, JSON.stringify(body), now(world))
  return productId
}

export function findProduct(world: World, corpId: string, productId: string): Product | undefined {
  const row = world.store.get<Row>('SELECT * FROM products WHERE corp_id = ? AND product_id = ? AND deleted = 0', corpId, productId)
  return row && toProduct(row)
}

export const updateProduct = (world: World, it: Product, body: ProductBody): void => {
  world.store.run('UPDATE products SET body = ? WHERE id = ?', JSON.stringify(body), it.id)
}

export const deleteProduct = (world: World, it: Product): void => {
  world.store.run('UPDATE products SET deleted = 1 WHERE id = ?', it.id)
}

export const pageProducts = (world: World, corpId: string, after: number, limit: number): Product[] =>
  world.store
    .all<Row>('SELECT * FROM products WHERE corp_id = ? AND deleted = 0 AND id > ? ORDER BY id LIMIT ?', corpId, after, limit)
    .map(toProduct)

const toProduct = (row: Row): Product => ({
  id: row.id,
  corpId: row.corp_id,
  productId: row.product_id,
  body: ProductBody.parse(JSON.parse(row.body)),
  createdAt: row.created_at,
})
