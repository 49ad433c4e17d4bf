import { commaNumbers, commaTexts, listOf, number, object, text } from './fields.ts'

const attribute = object({
  name: text.optional(),
  type: number.optional(),
  value: text.optional(),
  text: object({ value: text.optional() }).optional(),
  web: object({ title: text.optional(), url: text.optional() }).optional(),
})

/** Changes carry only the changed fields: an absent one must never overwrite what is known (doc 90970). */
const member = object({
  userId: text,
  newUserId: text.optional(),
  openUserId: text.optional(),
  name: text.optional(),
  department: commaNumbers.optional(),
  mainDepartment: number.optional(),
  isLeader: number.optional(),
  isLeaderInDept: commaNumbers.optional(),
  directLeader: commaTexts.optional(),
  position: text.optional(),
  mobile: text.optional(),
  gender: number.optional(),
  email: text.optional(),
  bizMail: text.optional(),
  status: number.optional(),
  avatar: text.optional(),
  alias: text.optional(),
  telephone: text.optional(),
  address: text.optional(),
  extAttr: listOf('item', attribute).optional(),
})

const party = object({ id: number, name: text.optional(), parentId: number.optional(), order: number.optional() })

/** Members, departments and directory tags: docs 90970, 90971, 90972. */
export const directoryEvents = {
  'change_contact.create_user': member,
  'change_contact.update_user': member,
  'change_contact.delete_user': object({ userId: text, openUserId: text.optional() }),
  'change_contact.create_party': party,
  'change_contact.update_party': party,
  'change_contact.delete_party': party,
  'change_contact.update_tag': object({
    tagId: number,
    addUserItems: commaTexts.optional(),
    delUserItems: commaTexts.optional(),
    addPartyItems: commaNumbers.optional(),
    delPartyItems: commaNumbers.optional(),
  }),
}
