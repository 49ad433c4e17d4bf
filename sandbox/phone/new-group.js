// An employee starts a customer group.
import { call, h, toast } from './dom.js'
import { whomToInvite } from './group-info.js'
import { pickPeople } from './pick.js'
import { attempt, go } from './route.js'
import { t } from './texts.js'

export async function newGroup(at, me) {
  const people = await whomToInvite(at, me)
  const name = h('input', { class: 'field', maxlength: '60', placeholder: t('groupNameHint'), 'aria-label': t('groupName') })
  pickPeople({
    title: t('newGroup'),
    people,
    above: [name],
    least: 0,
    label: (n) => t('makeGroup', { n: n + 1 }),
    done: (members, close) =>
      attempt(async () => {
        const given = name.value.trim()
        const made = await call('/groups', 'POST', { owner: at.id, members, ...(given ? { name: given } : {}) })
        close()
        toast(t('groupMade'))
        await go({ chat: `g:${made.chatId}` })
      }),
  })
}
