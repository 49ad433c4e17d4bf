import { type CallOptions, callWecom } from './client.ts'
import type { WecomApp } from './connection.ts'
import type { RequestOf, ResponseOf } from './endpoints/catalogue.ts'
import { type Page, type PageAt, pageBody, pages } from './paging.ts'

/** doc 95096. Pictures are uploaded for albums (attachment type 2); numbers are letters and digits. */
export const productLimits = { descriptionChars: 300, priceFen: 5_000_000, numberBytes: 128, pictures: 9, productsPerPage: 100 } as const

export type ProductFacts = {
  description: string
  priceFen: number
  number?: string | undefined
  /** Media ids; at least one. */
  pictures: string[]
}
export type AlbumProduct = NonNullable<ResponseOf<'externalcontact/get_product_album'>['product']>

/** doc 95096: a picture of another purpose or an old one is 40007. Not repeated after an unknown end: ask `findProduct`. */
export async function addProduct(app: WecomApp, product: ProductFacts, options?: CallOptions): Promise<string> {
  return (await callWecom(app, 'externalcontact/add_product_album', { body: bodyOf(product) }, options)).product_id
}

/** doc 95096: an unknown id is 40058. The price is in fen. */
export async function getProduct(app: WecomApp, productId: string, options?: CallOptions): Promise<AlbumProduct | undefined> {
  return (await callWecom(app, 'externalcontact/get_product_album', { body: { product_id: productId } }, options)).product
}

/** doc 95096 */
export async function listProducts(app: WecomApp, at: PageAt = {}, options?: CallOptions): Promise<Page<AlbumProduct>> {
  const body = pageBody(at, productLimits.productsPerPage)
  const answer = await callWecom(app, 'externalcontact/get_product_album_list', { body }, options)
  return { items: answer.product_list ?? [], next: answer.next_cursor || undefined }
}

/** doc 95096: what is absent stays; pictures replace the old ones, and those the product has may be named again when their id is old. */
export async function updateProduct(
  app: WecomApp,
  productId: string,
  changes: Partial<ProductFacts>,
  options?: CallOptions,
): Promise<void> {
  await callWecom(app, 'externalcontact/update_product_album', { body: { product_id: productId, ...bodyOf(changes) } }, options)
}

/** doc 95096 */
export async function deleteProduct(app: WecomApp, productId: string, options?: CallOptions): Promise<void> {
  await callWecom(app, 'externalcontact/delete_product_album', { body: { product_id: productId } }, options)
}

/** A product of these facts made at or after `since` (unix seconds) that nobody has written down yet. The list has no times. */
export async function findProduct(
  app: WecomApp,
  made: Omit<ProductFacts, 'pictures'> & { since: number; known?: readonly string[] | undefined },
  options?: CallOptions,
): Promise<string | undefined> {
  for await (const { product_id, ...one } of pages((cursor) => listProducts(app, { cursor }, options))) {
    const isSame = one.description === made.description && one.price === made.priceFen && (one.product_sn ?? '') === (made.number ?? '')
    if (!isSame || !product_id || made.known?.includes(product_id)) continue
    if (((await getProduct(app, product_id, options))?.create_time ?? 0) >= made.since) return product_id
  }
  return undefined
}

function bodyOf({ description, priceFen, number, pictures }: Partial<ProductFacts>): RequestOf<'externalcontact/add_product_album'> {
  const attachments = pictures?.map((media_id) => ({ type: 'image', image: { media_id } }))
  return { description, price: priceFen, product_sn: number, attachments }
}
