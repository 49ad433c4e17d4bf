// Where the phone is and how it moves on; the screens use this, and phone.js draws.
import { h, toast } from './dom.js'
import { t } from './texts.js'

let clockOffset = 0
export const sandboxNow = () => new Date(Date.now() + clockOffset)
export const setClockOffset = (ms) => {
  clockOffset = ms
}

let drawAll = () => Promise.resolve()
export const drawWith = (work) => {
  drawAll = work
}
export const draw = () => drawAll()

/** {as: 'c:wm…' | 'e:userid', tab: chats|moments|scan|tasks|me, chat: the other's id or 'g:' and a group's, panel: what is open over a chat, code} */
export function place() {
  const query = new URLSearchParams(location.search)
  const as = query.get('as') ?? localStorage.getItem('sandbox.as') ?? ''
  return {
    as,
    isEmployee: as.startsWith('e:'),
    id: as.slice(2),
    tab: query.get('tab') ?? (query.has('code') ? 'scan' : 'chats'),
    chat: query.get('chat'),
    panel: query.get('panel'),
    code: query.get('code'),
  }
}

/** A panel closes with every step that does not name it. */
export function go(change, replace = false) {
  const { as, tab, chat, panel } = { ...place(), panel: null, ...change }
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries({ as, tab: tab === 'chats' ? null : tab, chat, panel })) if (value) query.set(name, value)
  history[replace ? 'replaceState' : 'pushState'](null, '', `/phone?${query}`)
  if (as) localStorage.setItem('sandbox.as', as)
  return draw()
}

export const become = (as) => go({ as, tab: 'chats', chat: null })

/** A sheet from below: for things to confirm and to fill in. Returns how to close it. */
export function openSheet(...children) {
  const close = () => {
    back.remove()
    draw()
  }
  const back = h(
    'div',
    { class: 'sheet-back', onclick: (event) => event.target === back && close(), onkeydown: (event) => event.key === 'Escape' && close() },
    h('div', { class: 'sheet', role: 'dialog' }, ...children),
  )
  document.getElementById('device').append(back)
  back.querySelector('input,button')?.focus()
  return close
}

/** Asks before something that cannot be undone; `act` runs once, then the sheet is gone. */
export function confirmSheet({ title, text, label, act }) {
  const sure = () =>
    attempt(async () => {
      await act()
      close()
    })
  const close = openSheet(
    h('h2', {}, title),
    h('p', {}, text),
    h(
      'div',
      { class: 'acts' },
      h('button', { class: 'quiet danger', onclick: sure }, label),
      h('button', { class: 'quiet', onclick: () => close() }, t('cancel')),
    ),
  )
}

export async function attempt(work) {
  try {
    return await work()
  } catch (error) {
    toast(error.code === 'say.not_friends' ? t('notFriends') : error.message, true)
    return undefined
  }
}
