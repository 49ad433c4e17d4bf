// Companies and callbacks: what is there and what happened.

import { detailOf, happening } from '/assets/phone/texts.js'
import { appRights } from './rights.js'
import { sidebarPages } from './sidebar.js'
import { detail, openable, table, time } from './table.js'

let openCallback

export async function corps({ call, h, t, redraw, toast }) {
  const { items } = await call('/corps')
  return [
    h('header', {}, h('h2', {}, t('corps')), h('p', {}, t('corpsHint'))),
    h(
      'div',
      { class: 'card' },
      items.map((it) => corpCard(it, { call, h, t, redraw, toast })),
    ),
  ]
}

function corpCard(it, { call, h, t, redraw, toast }) {
  const copy = (text) =>
    h('button', { class: 'copy', onclick: () => navigator.clipboard.writeText(text).then(() => toast(t('copied'))) }, t('copy'))
  const pair = (name, text) => [h('dt', {}, t(name)), h('dd', {}, h('span', { class: 'mono' }, text), copy(text))]
  const numbers = ['employees', 'customers', 'follows', 'groups', 'tags', 'codes'].map((name) =>
    h('div', {}, h('dt', {}, t(name)), h('dd', {}, (it.totals[name] ?? 0).toLocaleString('en-US'))),
  )
  const receiver = it.callback
    ? [h('span', { class: 'badge good' }, t('verified')), h('span', { class: 'mono' }, it.callback.url)]
    : [h('span', { class: 'badge wait' }, t('noReceiver'))]
  return h(
    'article',
    { class: 'corp' },
    h('div', {}, h('h3', {}, it.name), h('dl', { class: 'numbers' }, numbers)),
    h(
      'dl',
      { class: 'pairs' },
      pair('baseUrl', location.origin),
      pair('corpId', it.corpId),
      pair('agentId', String(it.agentId)),
      pair('secret', it.secret),
      it.archiveSecret ? pair('archiveSecret', it.archiveSecret) : '',
      h('dt', {}, t('receiver')),
      h('dd', {}, receiver),
      h('dt', {}, t('rights')),
      h('dd', { class: 'sidebar-pages' }, appRights(it, { call, h, t, redraw, toast })),
      h('dt', {}, t('sidebar')),
      h('dd', { class: 'sidebar-pages' }, sidebarPages(it, { call, h, t, redraw, toast })),
    ),
  )
}

export async function callbacks({ call, h, t, redraw, toast }) {
  const { items, counts } = await call('/callbacks?limit=30')
  const tones = { delivered: 'good', waiting: 'wait', failed: 'bad', dropped: 'bad', no_receiver: '' }
  const badges = Object.entries(counts).map(([state, n]) =>
    h('span', { class: `badge ${tones[state] ?? ''}` }, `${t(state)} ${n.toLocaleString('en-US')}`),
  )
  const rows = items.flatMap((it) => {
    const toggle = () => {
      openCallback = openCallback === it.id ? undefined : it.id
      redraw()
    }
    const again = (event) => {
      event.stopPropagation()
      call(`/callbacks/${it.id}/redeliver`, 'POST', {}).then(
        () => toast(t('resent')),
        (error) => toast(error.message, true),
      )
    }
    const row = h(
      'tr',
      openable(toggle, openCallback === it.id),
      h('td', {}, time(it.createdAt)),
      h('td', { class: 'grow' }, happening(it), ' ', h('span', { class: 'mono tagline' }, detailOf(it))),
      h('td', {}, h('span', { class: `badge ${tones[it.state] ?? ''}` }, t(it.state))),
      h('td', { class: 'num aux' }, String(it.attempts)),
      h('td', { class: 'num aux' }, it.seconds === null ? '–' : `${Math.round(it.seconds * 1000).toLocaleString('en-US')} ms`),
      h('td', {}, h('button', { class: 'copy', onclick: again }, t('resend'))),
    )
    return openCallback === it.id
      ? [row, detail(h, 6, [[t('decrypted'), it.xml.replace(/></g, '>\n<')], ...(it.answer ? [[t('answer'), it.answer]] : [])])]
      : [row]
  })
  return [
    h('header', {}, h('h2', {}, t('callbacks')), h('p', {}, t('callbacksHint')), h('div', { class: 'counts' }, badges)),
    h(
      'div',
      { class: 'card table' },
      rows.length
        ? table(h, [t('time'), t('event'), t('state'), ['num aux', t('tries')], ['num aux', t('took')], ''], rows)
        : h('p', { class: 'nothing' }, t('noCallbacks')),
    ),
  ]
}
