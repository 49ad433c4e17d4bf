// A customer's chat with a customer service account.
import { piece, sendBar } from './chat.js'
import { call, h } from './dom.js'
import { attempt, draw, go, sandboxNow } from './route.js'
import { t, when } from './texts.js'

export const kfIdOf = (chat) => (chat?.startsWith('k:') ? chat.slice(2) : undefined)

export async function kfScreen(at) {
  const openKfId = kfIdOf(at.chat)
  const talk = await call(`/kf/talk?${new URLSearchParams({ openKfId, externalUserId: at.id, limit: 300 })}`)
  const say = (text, menuId) => call('/kf/say', 'POST', { openKfId, externalUserId: at.id, text, menuId })
  const screen = h(
    'div',
    { class: 'screen' },
    h(
      'div',
      { class: 'talk' },
      talk.items.map((it) => message(it, at, talk, say)),
    ),
  )
  return {
    title: talk.name,
    subtitle: t('kfSubtitle'),
    subtitlePlain: true,
    body: screen,
    foot: sendBar((text) => say(text)),
    after: () => {
      screen.scrollTop = screen.scrollHeight
    },
  }
}

const message = (it, at, talk, say) =>
  h(
    'div',
    { class: `msg${it.mine ? ' mine' : ''}` },
    h('img', { class: 'face', src: it.mine ? `/avatar/${encodeURIComponent(at.id)}.svg` : talk.avatar, alt: '' }),
    it.kind === 'msgmenu' ? menu(it.menu, say) : piece(it),
  )

const safe = (url) => (/^https?:\/\//.test(url ?? '') ? url : undefined)

function menu(it, say) {
  const press = (text, id) =>
    attempt(async () => {
      await say(text, id)
      await draw()
    })
  const item = (one) => {
    if (one.type === 'click')
      return h('button', { class: 'menu-item', onclick: () => press(one.click.content, one.click.id) }, one.click.content)
    if (one.type === 'view')
      return h('a', { class: 'menu-item', href: safe(one.view.url), target: '_blank', rel: 'noreferrer' }, one.view.content)
    if (one.type === 'miniprogram') return h('span', { class: 'menu-item' }, one.miniprogram.content)
    return h('span', {}, one.text?.content ?? '')
  }
  return h(
    'div',
    { class: 'bubble menu' },
    it.head_content ? h('span', {}, it.head_content) : '',
    (it.list ?? []).map(item),
    it.tail_content ? h('span', {}, it.tail_content) : '',
  )
}

export const kfRow = (it) => ({
  at: it.at,
  row: h(
    'li',
    {},
    h(
      'button',
      { class: 'row', onclick: () => go({ chat: `k:${it.openKfId}` }) },
      h('img', { class: 'avatar', src: it.avatar, alt: '' }),
      h(
        'span',
        { class: 'who' },
        h('div', { class: 'name' }, it.name, h('small', {}, t('kf'))),
        h('div', { class: 'last' }, it.last || ' '),
      ),
      h('time', {}, when(it.at, sandboxNow())),
    ),
  ),
})

/** A link into a customer service chat, wherever it was pasted or clicked. */
export const isKfLink = (text) => /\/kf\/kf[0-9a-zA-Z]+/.test(text)

export async function openKf(url, customer) {
  const { openKfId, externalUserId } = await call('/kf/open', 'POST', { url, customer })
  await go({ as: `c:${externalUserId}`, tab: 'chats', chat: `k:${openKfId}` })
}

export async function kfCodes(me) {
  const { items } = await call(`/kf?corp=${encodeURIComponent(me.customer.corpId)}`)
  const links = items.flatMap((it) => it.urls.map((one) => ({ ...one, name: it.name, avatar: it.avatar })))
  if (links.length === 0) return []
  return [
    h('h2', { class: 'section-title' }, t('kf')),
    h(
      'ul',
      {},
      links.map((it) =>
        h(
          'li',
          {},
          h(
            'button',
            { class: 'row code', onclick: () => attempt(() => openKf(it.url, me.customer.externalUserId)) },
            h('img', { src: it.avatar, alt: '' }),
            h('span', { class: 'who' }, h('div', { class: 'name' }, it.name), h('div', { class: 'last' }, it.scene || t('kfNoScene'))),
          ),
        ),
      ),
    ),
  ]
}
