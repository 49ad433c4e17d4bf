// Who is holding the phone: beside it on a big screen, under "me" on a small one.
import { call, h, icon } from './dom.js'
import { attempt, become, draw, place } from './route.js'
import { language, switchLanguage, t } from './texts.js'

const aside = document.getElementById('people')
let kind = place().isEmployee ? 'employees' : 'customers'
let search = ''

export async function peopleAside(at) {
  const box = await chooser(at)
  const typed = aside.contains(document.activeElement) ? document.activeElement.dataset.field : undefined
  aside.replaceChildren(
    h('div', { class: 'aside-title' }, h('h2', {}, t('whoAmI')), h('span', {}, h('a', { href: '/' }, t('home')))),
    ...box,
    h('button', { class: 'quiet', onclick: switchLanguage }, t('language')),
  )
  if (typed) aside.querySelector(`[data-field="${typed}"]`)?.focus()
}

/** "Me" inside the phone: my card, and everybody I could be. */
export async function meScreen(at, me) {
  const body = h('div', { class: 'screen' })
  const person = me?.customer ?? me?.employee
  if (person) {
    body.append(
      h(
        'div',
        { class: 'card person' },
        h('img', { class: 'avatar large', src: person.avatar, alt: '' }),
        h(
          'div',
          {},
          h('h2', {}, person.name),
          h('p', {}, person.position || person.externalUserId || person.userId),
          person.unionId ? h('p', {}, `unionid ${person.unionId}`) : '',
        ),
      ),
    )
  }
  body.append(
    h(
      'div',
      { class: 'card' },
      h('button', { class: 'line', onclick: switchLanguage }, language() === 'en' ? '中文' : 'English', icon('next')),
      h('a', { class: 'line', href: '/', style: 'color:inherit;text-decoration:none' }, t('home'), icon('next')),
    ),
    h('h2', { class: 'section-title' }, person ? t('switchPerson') : t('pick')),
    h('div', { style: 'display:grid;gap:12px;padding:0 16px 24px' }, await chooser(at)),
  )
  return body
}

/** The newest sixty of those whom the search means; a company may have a hundred thousand. */
async function found() {
  const query = new URLSearchParams({ limit: 60, ...(search ? { q: search } : {}), ...(kind === 'customers' ? { newest: true } : {}) })
  return (await call(`/${kind}?${query}`)).items
}

async function chooser(at) {
  const list = await found()
  const pick = (next) => {
    kind = next
    search = ''
    draw()
  }
  const tabs = h(
    'div',
    { class: 'switch' },
    ['customers', 'employees'].map((it) => h('button', { 'aria-pressed': String(kind === it), onclick: () => pick(it) }, t(it))),
  )
  const rows = h(
    'ul',
    { class: 'list scroll' },
    list.map((it) => personRow(at, it)),
  )
  const field = h('input', {
    class: 'field',
    type: 'search',
    placeholder: t('search'),
    'aria-label': t('search'),
    value: search,
    'data-field': 'search',
  })
  field.addEventListener('input', () => {
    clearTimeout(field.timer)
    field.timer = setTimeout(async () => {
      search = field.value
      rows.replaceChildren(...(await found()).map((it) => personRow(place(), it)))
    }, 200)
  })
  return [tabs, kind === 'customers' ? newCustomer() : '', field, rows]
}

function personRow(at, it) {
  const as = it.externalUserId ? `c:${it.externalUserId}` : `e:${it.userId}`
  return h(
    'li',
    {},
    h(
      'button',
      {
        class: 'row',
        'aria-current': at.as === as ? 'true' : undefined,
        style: 'grid-template-columns:36px 1fr auto',
        onclick: () => become(as),
      },
      h('img', { class: 'avatar small', src: it.avatar, alt: '', loading: 'lazy' }),
      h('span', { class: 'who' }, h('div', { class: 'name' }, it.name), it.position ? h('div', { class: 'last' }, it.position) : ''),
    ),
  )
}

function newCustomer() {
  const name = h('input', { class: 'field', placeholder: t('newName'), 'aria-label': t('newName'), maxlength: '32', 'data-field': 'new' })
  return h(
    'form',
    {
      class: 'new scan-form',
      style: 'padding:0',
      onsubmit: (event) => {
        event.preventDefault()
        const given = name.value.trim()
        if (!given) return name.focus()
        attempt(async () => {
          const made = await call('/customers', 'POST', { name: given })
          await become(`c:${made.externalUserId}`)
        })
      },
    },
    name,
    h('button', { class: 'primary' }, t('create')),
  )
}
