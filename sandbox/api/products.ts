// 商品图册 (section 13, page 95096).
import { z } from 'zod'
import { findLiveMedia } from '../state/media.ts'
import {
  createProduct,
  deleteProduct,
  findProduct,
  type Product,
  type ProductBody,
  pageProducts,
  updateProduct,
} from '../state/products.ts'
import { toSeconds } from '../state/world.ts'
import { pageOf } from './paging.ts'
import { type Call, type Endpoint, endpoint, refuse, refuseParameter, words } from './protocol.ts'

/** Fifty thousand yuan in fen. */
const priceMost = 5_000_000

const Number128 = z.string().superRefine((text, context) => {
  if (!/^[0-9A-Za-z]*$/.test(text)) context.addIssue({ code: 'custom', message: 'may hold digits and letters only' })
  if (text.length > 128) context.addIssue({ code: 'custom', message: 'exceed max length 128' })
})
const Attachments = z
  .array(z.object({ type: z.literal('image'), image: z.object({ media_id: z.string().min(1) }) }))
  .min(1)
  .max(9)
const Added = z.object({
  description: words(300, 1),
  price: z.int().min(0).max(priceMost),
  product_sn: Number128.default(''),
  attachments: Attachments,
})
const ProductId = z.object({ product_id: z.string().min(1) })

export const productEndpoints: Endpoint[] = [
  endpoint({
    path: 'externalcontact/add_product_album',
    permission: 'customers',
    input: Added,
    handle: (call, body) => {
      checkMedia(call, body)
      return { product_id: createProduct(call.world, call.agent.corpId, body) }
    },
  }),
  endpoint({
    path: 'externalcontact/get_product_album',
    permission: 'customers',
    input: ProductId,
    handle: (call, { product_id }) => {
      const it = ownProduct(call, product_id)
      return { product: { ...productBody(it), create_time: toSeconds(it.createdAt) } }
    },
  }),
  endpoint({
    path: 'externalcontact/get_product_album_list',
    permission: 'customers',
    list: true,
    empty: { product_list: [] },
    input: z.object({ limit: z.int().min(1).max(100).default(50), cursor: z.string().optional() }),
    handle: (call, input) => {
      const { world, agent } = call
      const rows = (after: number, limit: number) => pageProducts(world, agent.corpId, after, limit)
      const { page, next } = pageOf(call, 'get_product_album_list', input, (it: Product) => it.id, rows)
      return { product_list: page.map(productBody), ...next }
    },
  }),
  endpoint({
    path: 'externalcontact/update_product_album',
    permission: 'customers',
    input: Added.extend({ product_sn: Number128.optional() })
      .partial()
      .extend({ product_id: z.string().min(1) }),
    handle: (call, { product_id, ...input }) => {
      const it = ownProduct(call, product_id)
      const changes = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
      const body: ProductBody = { ...it.body, ...changes }
      // Pictures that stay may be older than their media_id lives.
      if (input.attachments) checkMedia(call, body, it.body)
      updateProduct(call.world, it, body)
      return {}
    },
  }),
  endpoint({
    path: 'externalcontact/delete_product_album',
    permission: 'customers',
    input: ProductId,
    handle: (call, { product_id }) => {
      deleteProduct(call.world, ownProduct(call, product_id))
      return {}
    },
  }),
]

const ownProduct = ({ world, agent }: Call, productId: string): Product =>
  findProduct(world, agent.corpId, productId) ?? refuseParameter('product_id', 'not found')

const productBody = ({ productId, body }: Product) => ({ product_id: productId, ...body })

/** Pictures come from upload_attachment for albums (attachment_type 2) and from nowhere else. */
function checkMedia({ world, agent }: Call, body: ProductBody, before?: ProductBody): void {
  const known = new Set(before?.attachments.map((it) => it.image.media_id))
  for (const { image } of body.attachments) {
    if (known.has(image.media_id)) continue
    const media = findLiveMedia(world, agent.corpId, image.media_id)
    if (media?.scene !== 'album' || media.type !== 'image') refuse(40007)
  }
}
