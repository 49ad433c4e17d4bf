// Template cards: what they show, and what a member presses on them.
import { call, h } from './dom.js'
import { attempt, draw } from './route.js'
import { t } from './texts.js'

const safe = (url) => (/^https?:\/\//.test(url ?? '') ? url : undefined)

export function templateCard(it) {
  const { card } = it
  const chosen = new Map()
  const press = (key) =>
    attempt(async () => {
      const selected = [...chosen].map(([questionKey, options]) => ({ questionKey, optionIds: [...options] }))
      await call(`/cards/${it.id}/press`, 'POST', { key, selected })
      await draw()
    })
  return h(
    'div',
    { class: 'piece tcard' },
    h(
      'div',
      { class: 'tcard-body' },
      card.source?.desc ? h('span', { class: 'tcard-source' }, card.source.desc) : '',
      card.card_image?.url ? h('img', { class: 'tcard-image', src: card.card_image.url, alt: '' }) : '',
      card.main_title?.title ? h('span', { class: 'title' }, card.main_title.title) : '',
      card.main_title?.desc ? h('span', { class: 'desc' }, card.main_title.desc) : '',
      card.emphasis_content
        ? h('span', { class: 'tcard-figure' }, card.emphasis_content.title ?? '', h('small', {}, card.emphasis_content.desc ?? ''))
        : '',
      card.quote_area?.quote_text ? h('blockquote', {}, card.quote_area.quote_text) : '',
      card.sub_title_text ? h('span', { class: 'tcard-text' }, card.sub_title_text) : '',
      (card.vertical_content_list ?? []).map((one) => h('span', { class: 'tcard-text' }, one.title, h('small', {}, one.desc ?? ''))),
      pairs(card.horizontal_content_list),
      question(card.checkbox, chosen, it.pressed),
      (card.select_list ?? []).map((one) => choice(one, chosen, it.pressed)),
    ),
    it.pressed ? h('span', { class: 'tcard-done' }, it.pressed) : buttons(card, press),
    card.action_menu
      ? h(
          'div',
          { class: 'tcard-menu', 'aria-label': card.action_menu.desc ?? '' },
          card.action_menu.action_list.map((one) => h('button', { class: 'quiet', onclick: () => press(one.key) }, one.text)),
        )
      : '',
    (card.jump_list ?? []).map((one) =>
      h('a', { class: 'tcard-jump', href: safe(one.url), target: '_blank', rel: 'noreferrer' }, one.title ?? one.url ?? ''),
    ),
    safe(card.card_action?.url)
      ? h('a', { class: 'tcard-jump', href: card.card_action.url, target: '_blank', rel: 'noreferrer' }, t('cardDetails'))
      : '',
  )
}

const pairs = (list = []) =>
  list.length > 0
    ? h(
        'dl',
        {},
        list.map((one) => [
          h('dt', {}, one.keyname),
          h('dd', {}, safe(one.url) ? h('a', { href: one.url, target: '_blank', rel: 'noreferrer' }, one.value ?? '') : (one.value ?? '')),
        ]),
      )
    : ''

function question(checkbox, chosen, pressed) {
  if (!checkbox) return ''
  const picked = new Set(checkbox.option_list.filter((one) => one.is_checked).map((one) => one.id))
  chosen.set(checkbox.question_key, picked)
  const isMany = checkbox.mode === 1
  return h(
    'div',
    { class: 'tcard-options' },
    checkbox.option_list.map((one) => {
      const input = h('input', { type: isMany ? 'checkbox' : 'radio', name: checkbox.question_key, disabled: Boolean(pressed) })
      input.checked = picked.has(one.id)
      input.addEventListener('change', () => {
        if (!isMany) picked.clear()
        if (input.checked) picked.add(one.id)
        else picked.delete(one.id)
      })
      return h('label', {}, input, one.text)
    }),
  )
}

function choice(select, chosen, pressed) {
  const picked = new Set([select.selected_id ?? select.option_list[0].id])
  chosen.set(select.question_key, picked)
  const field = h(
    'select',
    { class: 'field', disabled: Boolean(pressed) || select.disable === true, 'aria-label': select.title ?? select.question_key },
    select.option_list.map((one) => h('option', { value: one.id, selected: picked.has(one.id) }, one.text)),
  )
  field.addEventListener('change', () => {
    picked.clear()
    picked.add(field.value)
  })
  return h('label', { class: 'tcard-select' }, select.title ?? '', field)
}

function buttons(card, press) {
  const list = card.button_list ?? (card.submit_button ? [card.submit_button] : [])
  if (list.length === 0) return ''
  return h(
    'div',
    { class: 'tcard-buttons' },
    list.map((one) =>
      one.type === 1
        ? h('a', { class: 'tcard-jump', href: safe(one.url), target: '_blank', rel: 'noreferrer' }, one.text)
        : h('button', { class: one.style === 1 || list.length === 1 ? 'primary' : 'quiet', onclick: () => press(one.key) }, one.text),
    ),
  )
}
