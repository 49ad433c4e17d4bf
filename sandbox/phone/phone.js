// The virtual phone: who I am and which screen is open stand in the address; everything shown is read anew when something happened.
import { behind } from './behind.js'
import { chatScreen } from './chat.js'
import { deskScreen, deskTalkOf, deskTalkScreen, waitingCount } from './desk.js'
import { call, h, icon, listen } from './dom.js'
import { groupIdOf, groupScreen } from './group.js'
import { groupInfoScreen } from './group-info.js'
import { kfIdOf, kfScreen } from './kf.js'
import { chatsScreen, contactsShown, tasksScreen } from './lists.js'
import { momentsScreen } from './moments.js'
import { meScreen, peopleAside } from './people.js'
import { draw, drawWith, go, place, sandboxNow, setClockOffset } from './route.js'
import { scanScreen } from './scan.js'
import { sidebarIdOf, sidebarScreen } from './sidebar.js'
import { language, t } from './texts.js'

const device = document.getElementById('device')

/** The people before me: read once per drawing, shared by the screens. */
async function readMe(at) {
  if (!at.as) return undefined
  try {
    return await call(
      at.isEmployee
        ? `/phone/employee/${encodeURIComponent(at.id)}?limit=${contactsShown}`
        : `/phone/customer/${encodeURIComponent(at.id)}`,
    )
  } catch (error) {
    if (error.code === 'customer.unknown' || error.code === 'employee.unknown') return undefined
    throw error
  }
}

let drawing = 0
let drawn = ''
async function drawPhone() {
  const turn = ++drawing
  const at = place()
  const me = await readMe(at)
  if (turn !== drawing) return
  const screen = me ? await screenOf(at, me) : { title: t('title'), body: await meScreen(at, undefined), flat: false }
  if (turn !== drawing) return
  // A sheet that was opened meanwhile stays; closing it draws anew.
  if (drawn === location.search && device.querySelector('.sheet-back')) return
  drawn = location.search
  const kept = keepTyping()
  device.replaceChildren(
    statusBar(),
    topBar(at, screen),
    screen.body,
    screen.foot ?? '',
    at.chat && me ? '' : tabBar(at, me),
    ...(screen.sheet ? [screen.sheet] : []),
  )
  kept()
  screen.after?.()
  document.title = `${screen.title} · ${t('title')}`
  peopleAside(at, me)
}

const screenOf = (at, me) => {
  if (at.isEmployee && at.chat && sidebarIdOf(at.panel) !== undefined) return sidebarScreen(at, me)
  if (groupIdOf(at.chat)) return at.panel === 'info' ? groupInfoScreen(at, me) : groupScreen(at, me)
  if (!at.isEmployee && kfIdOf(at.chat)) return kfScreen(at)
  if (at.isEmployee && deskTalkOf(at.chat)) return deskTalkScreen(at, me)
  if (at.chat) return chatScreen(at, me)
  if (at.tab === 'scan') return scanScreen(at, me)
  if (at.tab === 'tasks') return tasksScreen(at, me)
  if (at.tab === 'desk' && me.desk?.length > 0) return deskScreen(at, me)
  if (at.tab === 'moments') return momentsScreen(at, me)
  if (at.tab === 'me') return meScreen(at, me).then((body) => ({ title: t('me'), body }))
  return chatsScreen(at, me)
}

/** What somebody is typing survives a redrawing. */
function keepTyping() {
  const active = device.contains(document.activeElement) ? document.activeElement : undefined
  const fields = [...device.querySelectorAll('[data-keep]')].map((it) => [it.dataset.keep, it.value])
  const name = active?.dataset?.keep
  const { selectionStart, selectionEnd } = active ?? {}
  return () => {
    for (const [key, value] of fields) {
      const field = device.querySelector(`[data-keep="${key}"]`)
      if (field && !field.value) field.value = value
    }
    const field = name && device.querySelector(`[data-keep="${name}"]`)
    if (!field) return
    field.focus()
    if (typeof selectionStart === 'number') field.setSelectionRange?.(selectionStart, selectionEnd)
  }
}

const statusBar = () =>
  h(
    'div',
    { class: 'statusbar' },
    h('span', {}, sandboxNow().toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })),
    h('span', {}, '5G'),
  )

function topBar(at, screen) {
  const left = at.chat
    ? h('button', { class: 'icon', 'aria-label': t('back'), onclick: () => go(at.panel ? {} : { chat: null }) }, icon('back'))
    : h('span', {})
  const right = screen.more
    ? h('button', { class: 'icon', 'aria-label': screen.moreLabel ?? t('more'), onclick: screen.more }, icon(screen.moreIcon ?? 'more'))
    : h('span', {})
  return h(
    'header',
    { class: 'topbar' },
    left,
    h('h1', {}, screen.title, screen.subtitle ? h('small', { class: screen.subtitlePlain ? 'plain' : '' }, screen.subtitle) : ''),
    right,
  )
}

function tabBar(at, me) {
  const tasks = me?.tasks?.length ?? 0
  // The desk is there for those who answer for an account of customer service.
  const tabs = at.isEmployee
    ? ['chats', ...(me?.desk?.length > 0 ? ['desk'] : []), 'tasks', 'moments', 'me']
    : ['chats', 'moments', 'scan', 'me']
  const counts = { tasks, desk: waitingCount(me) }
  const icons = { chats: 'chat', desk: 'desk', scan: 'scan', tasks: 'tasks', moments: 'moments', me: 'me' }
  const current = me ? at.tab : 'me'
  return h(
    'nav',
    { class: 'tabs' },
    tabs.map((tab) =>
      h(
        'button',
        { 'aria-current': tab === current ? 'page' : undefined, disabled: !me && tab !== 'me', onclick: () => go({ tab, chat: null }) },
        icon(icons[tab]),
        t(tab),
        counts[tab] > 0 ? h('span', { class: 'count' }, counts[tab] > 99 ? '99+' : String(counts[tab])) : '',
      ),
    ),
  )
}

async function readClock() {
  const clock = await call('/clock')
  setClockOffset(clock.advancedSeconds * 1000)
}

document.documentElement.lang = language() === 'en' ? 'en' : 'zh-CN'
drawWith(drawPhone)
window.addEventListener('popstate', draw)
await readClock()
await draw()
behind()
listen(async (notes) => {
  if (notes.some((it) => it.kind === 'settings')) await readClock()
  const at = place()
  const mine = (it) =>
    it.kind !== 'request' &&
    it.kind !== 'callback' &&
    it.kind !== 'settings' &&
    (it.externalUserId === undefined || it.externalUserId === '' || it.externalUserId === at.id || it.userId === at.id)
  if (notes.some(mine) && !device.querySelector('.sheet-back, iframe')) await draw()
  if (notes.some((it) => it.kind === 'callback')) behind()
})
setInterval(() => device.querySelector('.statusbar')?.replaceWith(statusBar()), 20_000)
