import { listOf, number, object, text, word } from './fields.ts'

const chat = { chatId: text }

/**
 * Customer groups: doc 92130. Member fields come with add_member and del_member only, and a join carries no QuitScene.
 * The scenes here (join 0 invited, 3 QR; quit 0 left, 1 removed) are not those of groupchat/get (1, 2, 3).
 */
export const chatEvents = {
  'change_external_chat.create': object(chat),
  'change_external_chat.update': object({
    ...chat,
    updateDetail: word(['add_member', 'del_member', 'change_owner', 'change_name', 'change_notice']).optional(),
    joinScene: number.optional(),
    quitScene: number.optional(),
    memChangeCnt: number.optional(),
    memChangeList: listOf('item', text).optional(),
    lastMemVer: text.optional(),
    curMemVer: text.optional(),
  }),
  /** No leave of any member is announced with it. */
  'change_external_chat.dismiss': object(chat),
}
