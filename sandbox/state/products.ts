// 商品图册: what members can show to customers.
import { z } from 'zod'
import { type Document, documents } from './documents.ts'
import { freshId, type World } from './world.ts'

/** Kept in the names of the protocol: the row is what the API gives back. */
const ProductBody = z.object({
  description: z.string(),
  price: z.number(),
  product_sn: z.string(),
  attachments: z.array(z.object({ type: z.literal('image'), image: z.object({ media_id: z.string() }) })),
})
export type ProductBody = z.infer<typeof ProductBody>
export type Product = Document<ProductBody, 'productId'>

const products = documents({ table: 'products', column: 'product_id', name: 'productId', body: ProductBody, kind: 'company' })

export const createProduct = (world: World, corpId: string, body: ProductBody): string =>
  products.add(world, corpId, freshId('pr'), body).productId
export const { own: findProduct, change: updateProduct, remove: deleteProduct, list: pageProducts } = products
