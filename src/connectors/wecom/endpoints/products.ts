import { productAttachments } from './attachments.ts'
import { get, id, ids, list, next, nothing, number, numbers, object, page, post, read, some, text } from './define.ts'

/** Price in fen. */
const product = { description: text, price: number, create_time: number, product_sn: text, attachments: productAttachments }
const productId = object({ product_id: id })
const productLimits = {
  description: { chars: 300 },
  price: { atLeast: 0, atMost: 5_000_000 },
  product_sn: { bytes: 128, pattern: /^[0-9A-Za-z]*$/ },
  attachments: { items: 9, fewest: 1 },
} as const

const range = some({ user_list: ids, department_list: numbers })
const ruleId = object({ rule_id: id })
const extra = some({ semantics_list: numbers })
const thousand = { items: 1000 } as const
const semantics = { atLeast: 1, atMost: 3 } as const
const ruleLimits = {
  rule_name: { chars: 20 },
  word_list: { items: 300 },
  'word_list.*': { chars: 32 },
  intercept_type: { atLeast: 1, atMost: 2 },
} as const

/** Product album (95096). */
export const productEndpoints = {
  'externalcontact/add_product_album': post(some(product), productId, { doc: 95096, limits: productLimits }),
  'externalcontact/get_product_album': read(productId, some({ product: some({ product_id: id, ...product }) }), { doc: 95096 }),
  'externalcontact/get_product_album_list': read(some(page), some({ product_list: list(some({ product_id: id, ...product })), ...next }), {
    doc: 95096,
    limits: { limit: { atLeast: 1, atMost: 100 } },
  }),
  'externalcontact/update_product_album': post(object({ product_id: id }, product), nothing, {
    doc: 95096,
    repeatable: true,
    limits: productLimits,
  }),
  'externalcontact/delete_product_album': post(productId, nothing, { doc: 95096, repeatable: true }),
}

/** Sensitive words (95097). The body of an update is another than that of a creation. */
export const interceptEndpoints = {
  'externalcontact/add_intercept_rule': post(
    object({ rule_name: text }, { word_list: list(text), semantics_list: numbers, intercept_type: number, applicable_range: range }),
    ruleId,
    {
      doc: 95097,
      limits: {
        ...ruleLimits,
        'semantics_list.*': semantics,
        'applicable_range.user_list': thousand,
        'applicable_range.department_list': thousand,
      },
    },
  ),
  'externalcontact/get_intercept_rule_list': get(
    nothing,
    some({ rule_list: list(object({ rule_id: id }, { rule_name: text, create_time: number })) }),
    { doc: 95097 },
  ),
  'externalcontact/get_intercept_rule': read(
    ruleId,
    some({
      rule: object(
        { rule_id: id },
        { rule_name: text, word_list: list(text), extra_rule: extra, intercept_type: number, applicable_range: range },
      ),
    }),
    { doc: 95097 },
  ),
  'externalcontact/update_intercept_rule': post(
    object(
      { rule_id: id },
      {
        rule_name: text,
        word_list: list(text),
        extra_rule: extra,
        intercept_type: number,
        add_applicable_range: range,
        remove_applicable_range: range,
      },
    ),
    nothing,
    {
      doc: 95097,
      repeatable: true,
      limits: {
        ...ruleLimits,
        'extra_rule.semantics_list.*': semantics,
        'add_applicable_range.user_list': thousand,
        'add_applicable_range.department_list': thousand,
        'remove_applicable_range.user_list': thousand,
        'remove_applicable_range.department_list': thousand,
      },
    },
  ),
  'externalcontact/del_intercept_rule': post(ruleId, nothing, { doc: 95097, repeatable: true }),
}
