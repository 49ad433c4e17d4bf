// What was asked of the API: searched, opened, and taken elsewhere. What is searched for stands in the address.
import { detail, openable, table, time } from './table.js'

const step = 25
const most = 600
let shown = step
let open

const fields = ['text', 'path', 'errcode', 'corp', 'failed']
const searched = () => {
  const query = new URLSearchParams(location.search)
  return Object.fromEntries(fields.flatMap((name) => (query.get(name) ? [[name, query.get(name)]] : [])))
}

export async function requests({ call, h, t, redraw, toast }) {
  const filter = searched()
  const query = new URLSearchParams(filter)
  const [{ items }, { items: companies }] = await Promise.all([call(`/log?${query}&limit=${shown + 1}`), call('/corps')])
  const names = new Map(companies.map((it) => [it.corpId, it]))
  const search = (change) => {
    const next = new URLSearchParams(Object.entries({ ...filter, ...change }).filter(([, value]) => value))
    history.replaceState(null, '', `${location.pathname}${next.size ? `?${next}` : ''}`)
    shown = step
    redraw()
  }
  const page = items.slice(0, shown)
  const rows = page.flatMap((it) => requestRows(it, names, { h, t, redraw, toast, search }))
  const isSearching = Object.keys(filter).length > 0
  return [
    h(
      'header',
      {},
      h('h2', {}, t('log')),
      h('p', {}, t('logHint')),
      h('a', { class: 'quiet', href: `/sandbox/log.har?${query}&limit=1000`, download: '' }, t('saveHar')),
    ),
    filterBar(filter, companies, { h, t, search }),
    h(
      'div',
      { class: 'card table' },
      rows.length
        ? table(h, [t('time'), ['aux', t('method')], t('path'), ['aux', t('caller')], 'errcode', ['num aux', t('took')]], rows)
        : h(
            'p',
            { class: 'nothing' },
            t(isSearching ? 'noLog' : 'noLogYet'),
            isSearching ? h('button', { class: 'copy', onclick: () => search(nothing) }, t('clearSearch')) : '',
          ),
    ),
    items.length > shown && shown < most
      ? h(
          'button',
          {
            class: 'quiet more',
            onclick: () => {
              shown = Math.min(shown + step, most)
              redraw()
            },
          },
          t('showMore'),
        )
      : '',
  ]
}

const nothing = Object.fromEntries(fields.map((name) => [name, '']))

function filterBar(filter, companies, { h, t, search }) {
  const typed = (name, props) => {
    const field = h('input', {
      class: 'field',
      placeholder: t(`${name}Filter`),
      'aria-label': t(`${name}Filter`),
      value: filter[name] ?? '',
      ...props,
    })
    field.addEventListener('change', () => {
      field.blur()
      search({ [name]: field.value.trim() })
    })
    return field
  }
  const box = h('input', { type: 'checkbox', checked: filter.failed === 'true' })
  box.addEventListener('change', () => search({ failed: box.checked ? 'true' : '' }))
  const company = h(
    'select',
    { class: 'field', 'aria-label': t('corps') },
    [['', t('allCorps')], ...companies.map((it) => [it.corpId, it.name])].map(([value, name]) =>
      h('option', { value, selected: (filter.corp ?? '') === value }, name),
    ),
  )
  company.addEventListener('change', () => search({ corp: company.value }))
  return h(
    'div',
    { class: 'log-filters', role: 'search' },
    typed('text', { type: 'search' }),
    typed('path', { type: 'search' }),
    typed('errcode', { type: 'search', inputmode: 'numeric' }),
    companies.length > 1 ? company : '',
    h('label', {}, box, t('failedOnly')),
    Object.keys(filter).length > 0 ? h('button', { class: 'copy', onclick: () => search(nothing) }, t('clearSearch')) : '',
  )
}

function requestRows(it, names, { h, t, redraw, toast, search }) {
  const toggle = () => {
    open = open === it.id ? undefined : it.id
    redraw()
  }
  const bad = it.errcode !== 0 || it.status >= 400
  const corp = names.get(it.corpId)
  const app = corp?.agents.find((one) => one.agentId === it.agentId)?.name ?? ''
  const caller = [names.size > 1 ? corp?.name : '', app].filter(Boolean).join(' · ') || '–'
  const row = h(
    'tr',
    openable(toggle, open === it.id),
    h('td', {}, time(it.at)),
    h('td', { class: 'aux' }, it.method),
    h('td', { class: 'grow mono' }, it.path),
    h('td', { class: 'aux caller' }, caller),
    h('td', {}, h('span', { class: `badge ${bad ? 'bad' : 'good'}` }, it.status === 200 ? String(it.errcode) : `HTTP ${it.status}`)),
    h('td', { class: 'num aux' }, `${it.ms.toFixed(1)} ms`),
  )
  if (open !== it.id) return [row]
  const copy = (text, done) => navigator.clipboard.writeText(text).then(() => toast(t(done)))
  const copyCurl = async () => copy(await (await fetch(`/sandbox/log/${it.id}/curl`)).text(), 'copiedCurl')
  const facts = h(
    'dl',
    { class: 'facts' },
    [
      [t('requestId'), it.requestId],
      [t('caller'), [corp?.name, app].filter(Boolean).join(' · ')],
      [t('from'), it.ip],
    ].flatMap(([name, value]) => (value ? [h('dt', {}, name), h('dd', { class: name === t('requestId') ? 'mono' : '' }, value)] : [])),
  )
  const acts = h(
    'div',
    { class: 'row-acts' },
    h('button', { class: 'quiet', onclick: copyCurl }, t('copyCurl')),
    it.requestId ? h('button', { class: 'quiet', onclick: () => copy(it.requestId, 'copied') }, t('copyRequestId')) : '',
    h('button', { class: 'quiet', onclick: () => search({ path: it.path }) }, t('onlyThis')),
  )
  const said = [
    [t('asked'), it.request],
    [t('answered'), it.response],
  ].map(([name, text]) => h('div', {}, h('h4', {}, name), h('pre', {}, pretty(text) || '–')))
  return [row, detail(h, 6, [h('div', { class: 'call' }, h('div', {}, facts, acts), ...said)])]
}

function pretty(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1)
  } catch {
    return text
  }
}
