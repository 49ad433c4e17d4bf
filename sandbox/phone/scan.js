// The camera: anything that leads to a code, or one of those that exist.
import { call, h, icon, toast } from './dom.js'
import { isKfLink, kfCodes, openKf } from './kf.js'
import { attempt, go } from './route.js'
import { t } from './texts.js'

export async function scanScreen(at, me) {
  const [{ items, groups }, links] = await Promise.all([call('/codes?limit=50'), call('/links?limit=50')])
  const input = h('input', {
    class: 'field',
    placeholder: t('paste'),
    'aria-label': t('paste'),
    'data-keep': 'code',
    value: at.code ?? '',
    autocomplete: 'off',
  })
  const form = h(
    'form',
    {
      class: 'scan-form',
      onsubmit: (event) => {
        event.preventDefault()
        if (input.value.trim()) scan(me, input.value.trim())
      },
    },
    input,
    h('button', { class: 'primary' }, t('doScan')),
  )
  const list =
    items.length > 0
      ? h(
          'ul',
          {},
          items.map((it) => codeRow(me, it)),
        )
      : groups.length > 0
        ? ''
        : h('p', { class: 'empty', style: 'min-height:0;padding:32px' }, t('noCodes'))
  const intoGroups =
    groups.length > 0
      ? [
          h('h2', { class: 'section-title' }, t('groupCodes')),
          h(
            'ul',
            {},
            groups.map((it) => codeRow(me, { ...it, members: it.groups, skipVerify: true })),
          ),
        ]
      : []
  return {
    title: t('scan'),
    subtitle: me.customer.name,
    subtitlePlain: true,
    body: h(
      'div',
      { class: 'screen' },
      h('div', { class: 'finder' }, t('finder')),
      form,
      items.length > 0 || groups.length === 0 ? h('h2', { class: 'section-title' }, t('codes')) : '',
      list,
      intoGroups,
      await kfCodes(me),
      linkList(me, links.items),
    ),
  }
}

const linkList = (me, links) =>
  links.length === 0
    ? []
    : [
        h('h2', { class: 'section-title' }, t('links')),
        h(
          'ul',
          {},
          links.map((it) =>
            h(
              'li',
              {},
              h(
                'button',
                { class: 'row', onclick: () => scan(me, it.url) },
                h('span', { class: 'avatar', style: 'display:grid;place-items:center' }, icon('link')),
                h('span', { class: 'who' }, h('div', { class: 'name' }, it.name), h('div', { class: 'last' }, it.url)),
                h('span', {}, it.skipVerify ? '' : h('span', { class: 'badge wait' }, t('verify'))),
              ),
            ),
          ),
        ),
      ]

function codeRow(me, it) {
  const who = it.members.length > 3 ? `${it.members.slice(0, 3).join('、')} +${it.members.length - 3}` : it.members.join('、')
  const marks = [it.temporary ? t('temp') : '', it.skipVerify ? '' : t('verify')].filter(Boolean)
  return h(
    'li',
    {},
    h(
      'button',
      { class: 'row code', onclick: () => scan(me, it.configId) },
      h('img', { src: `/q/${it.configId}.png`, alt: '', loading: 'lazy' }),
      h(
        'span',
        { class: 'who' },
        h('div', { class: 'name' }, it.remark || it.state || it.configId.slice(0, 8)),
        h('div', { class: 'last' }, who),
      ),
      h(
        'span',
        {},
        marks.map((mark) => h('span', { class: 'badge wait' }, mark)),
      ),
    ),
  )
}

const scan = (me, code) =>
  attempt(async () => {
    if (isKfLink(code)) return openKf(code, me.customer.externalUserId)
    const { externalUserId, userId, relation, chatId } = await call('/scan', 'POST', { code, customer: me.customer.externalUserId })
    if (chatId) {
      toast(t(relation === 'member' ? 'inGroupAlready' : 'joinedGroup'))
      return go({ as: `c:${externalUserId}`, tab: 'chats', chat: `g:${chatId}` })
    }
    const { friends } = await call(`/phone/customer/${encodeURIComponent(externalUserId)}`)
    const name = friends.find((it) => it.userId === userId)?.name ?? userId
    toast(t({ new: 'added', friends: 'already', requested: 'requested', temporary: 'temporary' }[relation], { name }))
    await go({ as: `c:${externalUserId}`, tab: 'chats', chat: userId })
  })
