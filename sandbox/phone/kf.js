// A customer's chat with a customer service account.
import { piece, sendBar } from './chat.js'
import { call, h, toast } from './dom.js'
import { attempt, draw, go, openSheet, sandboxNow } from './route.js'
import { openKf } from './scanning.js'
import { t, when } from './texts.js'

export const kfIdOf = (chat) => (chat?.startsWith('k:') ? chat.slice(2) : undefined)

export async function kfScreen(at) {
  const openKfId = kfIdOf(at.chat)
  const talk = await call(`/kf/talk?${new URLSearchParams({ openKfId, externalUserId: at.id, limit: 300 })}`)
  const say = (text, menuId) => call('/kf/say', 'POST', { openKfId, externalUserId: at.id, text, menuId })
  const both = { openKfId, externalUserId: at.id }
  const screen = h(
    'div',
    { class: 'screen' },
    talk.upgrade ? upgradeBar(talk.upgrade, both) : '',
    h(
      'div',
      { class: 'talk' },
      talk.items.map((it) => message(it, at, talk, say)),
      talk.canRate ? survey(both) : '',
    ),
  )
  return {
    title: talk.name,
    subtitle: t('kfSubtitle'),
    subtitlePlain: true,
    body: screen,
    foot: h(
      'div',
      {},
      talk.rejected ? h('p', { class: 'closed' }, t('kfRejected')) : '',
      sendBar((text) => say(text)),
    ),
    more: () => openMore(talk, both),
    after: () => {
      screen.scrollTop = screen.scrollHeight
    },
  }
}

/** A member or a group the company recommends, over the talk until it is taken or called off. */
function upgradeBar(it, both) {
  const take = () =>
    attempt(async () => {
      const { userId, chatId } = await call('/kf/upgrade', 'POST', both)
      await go({ chat: chatId ? `g:${chatId}` : userId })
    })
  return h(
    'div',
    { class: 'upgrade' },
    it.avatar ? h('img', { class: 'avatar small', src: it.avatar, alt: '' }) : '',
    h(
      'span',
      { class: 'who' },
      h('div', { class: 'name' }, it.name, h('small', {}, t('upgradeMember'))),
      h('div', { class: 'last' }, it.wording),
    ),
    it.accepted
      ? h('span', { class: 'badge good' }, t('upgradeDone'))
      : h('button', { class: 'primary', onclick: take }, t(it.chatId ? 'upgradeJoin' : 'upgradeAdd')),
  )
}

const survey = (both) =>
  h(
    'div',
    { class: 'survey' },
    h('span', {}, t('rateAsk')),
    ['satisfied', 'middling', 'dissatisfied'].map((rating) =>
      h(
        'button',
        {
          class: 'quiet',
          onclick: () =>
            attempt(async () => {
              await call('/kf/rate', 'POST', { ...both, rating })
              toast(t('rated'))
              await draw()
            }),
        },
        t(rating),
      ),
    ),
  )

function openMore(talk, both) {
  const close = openSheet(
    h('h2', {}, talk.name),
    h('p', {}, t('kfRejectHint')),
    h(
      'div',
      { class: 'acts' },
      h(
        'button',
        {
          class: talk.rejected ? 'quiet' : 'quiet danger',
          onclick: () =>
            attempt(async () => {
              await call('/kf/reject', 'POST', { ...both, on: !talk.rejected })
              close()
            }),
        },
        t(talk.rejected ? 'kfAccept' : 'kfReject'),
      ),
      h('button', { class: 'quiet', onclick: () => close() }, t('cancel')),
    ),
  )
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
