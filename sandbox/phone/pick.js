// Choosing several people out of a list, in a sheet.
import { h } from './dom.js'
import { openSheet } from './route.js'
import { t } from './texts.js'

/** `done` gets the chosen ids and how to close the sheet; `above` stands over the list, `label(n)` on the button. */
export function pickPeople({ title, people, above = [], preselected = [], least = 1, label, done }) {
  const chosen = new Set(preselected)
  const confirm = h(
    'button',
    { class: 'primary', disabled: chosen.size < least, onclick: () => done([...chosen], close) },
    label(chosen.size),
  )
  const row = (it) => {
    const button = h(
      'button',
      {
        class: 'row pick',
        'aria-pressed': String(chosen.has(it.id)),
        onclick: () => {
          if (!chosen.delete(it.id)) chosen.add(it.id)
          button.setAttribute('aria-pressed', String(chosen.has(it.id)))
          confirm.disabled = chosen.size < least
          confirm.textContent = label(chosen.size)
        },
      },
      h('img', { class: 'avatar small', src: it.avatar, alt: '', loading: 'lazy' }),
      h('span', { class: 'who' }, h('div', { class: 'name' }, it.name), h('div', { class: 'last' }, it.note ?? '')),
      h('span', { class: 'tick', 'aria-hidden': 'true' }),
    )
    return h('li', { 'data-name': it.name.toLowerCase() }, button)
  }
  const list = h('ul', { class: 'list picks' }, people.map(row))
  const filter = h('input', { class: 'field', type: 'search', placeholder: t('filterPeople'), 'aria-label': t('filterPeople') })
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase()
    for (const item of list.children) item.hidden = !item.dataset.name.includes(wanted)
  })
  const close = openSheet(
    h('h2', {}, title),
    ...above,
    people.length > 8 ? filter : '',
    people.length > 0 ? list : h('p', {}, t('nobodyToChoose')),
    h('div', { class: 'acts' }, confirm, h('button', { class: 'quiet', onclick: () => close() }, t('cancel'))),
  )
}
