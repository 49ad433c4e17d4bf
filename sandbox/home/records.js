// Companies, callbacks and requests: what is there and what happened.

import { detailOf, happening } from '/assets/phone/texts.js'
import { appRights } from './rights.js'
import { sidebarPages } from './sidebar.js'

let openCallback
let openRequest
let search = ''
let failedOnly = false

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
      { class: 'open', onclick: toggle, tabindex: '0', onkeydown: (event) => event.key === 'Enter' && toggle() },
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

export async function requests({ call, h, t, redraw }) {
  const { items } = await call(
    `/log?${new URLSearchParams({ limit: 60, ...(search ? { text: search } : {}), ...(failedOnly ? { failed: 'true' } : {}) })}`,
  )
  const field = h('input', { class: 'field', type: 'search', placeholder: t('searchLog'), 'aria-label': t('searchLog'), value: search })
  field.addEventListener('change', () => {
    search = field.value.trim()
    field.blur()
    redraw()
  })
  const box = h('input', { type: 'checkbox', checked: failedOnly })
  box.addEventListener('change', () => {
    failedOnly = box.checked
    redraw()
  })
  const rows = items.flatMap((it) => {
    const toggle = () => {
      openRequest = openRequest === it.id ? undefined : it.id
      redraw()
    }
    const bad = it.errcode !== 0 || it.status >= 400
    const row = h(
      'tr',
      { class: 'open', onclick: toggle, tabindex: '0', onkeydown: (event) => event.key === 'Enter' && toggle() },
      h('td', {}, time(it.at)),
      h('td', { class: 'aux' }, it.method),
      h('td', { class: 'grow mono' }, it.path),
      h('td', {}, h('span', { class: `badge ${bad ? 'bad' : 'good'}` }, it.status === 200 ? String(it.errcode) : `HTTP ${it.status}`)),
      h('td', { class: 'num aux' }, `${it.ms.toFixed(1)} ms`),
    )
    return openRequest === it.id
      ? [
          row,
          detail(h, 5, [
            [t('asked'), pretty(it.request)],
            [t('answered'), pretty(it.response)],
          ]),
        ]
      : [row]
  })
  return [
    h(
      'header',
      {},
      h('h2', {}, t('log')),
      h('p', {}, t('logHint')),
      h('div', { class: 'filters' }, h('label', {}, box, t('failedOnly')), field),
    ),
    h(
      'div',
      { class: 'card table' },
      rows.length
        ? table(h, [t('time'), ['aux', t('method')], t('path'), 'errcode', ['num aux', t('took')]], rows)
        : h('p', { class: 'nothing' }, t('noLog')),
    ),
  ]
}

/** A heading in an array brings its class. */
const table = (h, heads, rows) =>
  h(
    'table',
    {},
    h(
      'thead',
      {},
      h(
        'tr',
        {},
        heads.map((it) => (Array.isArray(it) ? h('th', { class: it[0] }, it[1]) : h('th', {}, it))),
      ),
    ),
    h('tbody', {}, rows),
  )

const detail = (h, columns, parts) =>
  h(
    'tr',
    {},
    h(
      'td',
      { class: 'detail', colspan: String(columns) },
      parts.map(([name, text]) => [h('h4', {}, name), h('pre', {}, text || '–')]),
    ),
  )

const time = (iso) => new Date(iso).toLocaleTimeString('en-GB')

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1)
  } catch {
    return text
  }
}
