import { object, text, word } from './fields.ts'

const relation = { userId: text, externalUserId: text }
const welcomed = object({ ...relation, state: text.optional(), welcomeCode: text.optional() })

/** Customers: doc 92130. Remarks of phone numbers alone raise no edit event. */
export const contactEvents = {
  /** Friends both ways. */
  'change_external_contact.add_external_contact': welcomed,
  /** The customer added a member who skips verification; API calls about the pair still answer 84061. */
  'change_external_contact.add_half_external_contact': welcomed,
  'change_external_contact.edit_external_contact': object({ ...relation, state: text.optional() }),
  /** The member deleted the customer; `DELETE_BY_TRANSFER` when a transfer did it. */
  'change_external_contact.del_external_contact': object({ ...relation, source: word(['DELETE_BY_TRANSFER']).optional() }),
  /** The customer deleted the member; the API still answers for the member's side. */
  'change_external_contact.del_follow_user': object({ ...relation, source: text.optional() }),
  /** `userId` is the member who should have taken over. */
  'change_external_contact.transfer_fail': object({
    ...relation,
    failReason: word(['customer_refused', 'customer_limit_exceed']).optional(),
  }),
  /** The customer agreed to archiving. */
  'change_external_contact.msg_audit_approved': object({ ...relation, welcomeCode: text.optional() }),
}
