// What happens when a code was read, wherever it came from: the list, the clipboard, a picture.
import { call, h, toast } from './dom.js'
import { readCode } from './read-code.js'
import { attempt, go, openSheet } from './route.js'
import { t } from './texts.js'

export async function scanPicture(me, blob) {
  const text = await readCode(blob).catch(() => undefined)
  if (!text) return toast(t('noCodeInPicture'), true)
  return scan(me, text)
}

/** A code that leads to nobody here still says something: an address is offered to be opened, as a camera does. */
function showWhatItSays(text) {
  const close = openSheet(
    h('h2', {}, t('codeSays')),
    h('p', { class: 'mono', style: 'overflow-wrap:anywhere' }, text),
    h(
      'div',
      { class: 'acts' },
      /^https?:\/\//.test(text) ? h('a', { class: 'quiet', href: text, target: '_blank', rel: 'noreferrer' }, t('openLink')) : '',
      h('button', { class: 'quiet', onclick: () => close() }, t('close')),
    ),
  )
}

const unknown = new Set(['code.unknown', 'code.not_loopback', 'code.unreachable'])

export const scan = (me, code) =>
  attempt(async () => {
    if (isKfLink(code)) return openKf(code, me.customer.externalUserId)
    const found = await call('/scan', 'POST', { code, customer: me.customer.externalUserId }).catch((error) => {
      if (!unknown.has(error.code)) throw error
    })
    if (!found) return showWhatItSays(code)
    const { externalUserId, userId, relation, chatId } = found
    if (chatId) {
      toast(t(relation === 'member' ? 'inGroupAlready' : 'joinedGroup'))
      return go({ as: `c:${externalUserId}`, tab: 'chats', chat: `g:${chatId}` })
    }
    const { friends } = await call(`/phone/customer/${encodeURIComponent(externalUserId)}`)
    const name = friends.find((it) => it.userId === userId)?.name ?? userId
    toast(t({ new: 'added', friends: 'already', requested: 'requested', temporary: 'temporary' }[relation], { name }))
    await go({ as: `c:${externalUserId}`, tab: 'chats', chat: userId })
  })

/** A link into a customer service chat, wherever it was pasted or clicked. */
export const isKfLink = (text) => /\/kf\/kf[0-9a-zA-Z]+/.test(text)

export async function openKf(url, customer) {
  const { openKfId, externalUserId } = await call('/kf/open', 'POST', { url, customer })
  await go({ as: `c:${externalUserId}`, tab: 'chats', chat: `k:${openKfId}` })
}
