// Tables of what happened: a row opens to its details.
/** A heading in an array brings its class. */
export const table = (h, heads, rows) =>
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

export const detail = (h, columns, parts) =>
  h(
    'tr',
    {},
    h(
      'td',
      { class: 'detail', colspan: String(columns) },
      parts.map((part) => (Array.isArray(part) ? [h('h4', {}, part[0]), h('pre', {}, part[1] || '–')] : part)),
    ),
  )

export const time = (iso) => new Date(iso).toLocaleTimeString('en-GB')

/** What makes a row open, by hand and by key. */
export const openable = (toggle, isOpen) => ({
  class: 'open',
  tabindex: '0',
  'aria-expanded': String(isOpen),
  onclick: toggle,
  onkeydown: (event) => {
    if (event.key !== 'Enter' || event.target !== event.currentTarget) return
    toggle()
  },
})
