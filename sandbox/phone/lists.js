// Lists inside the phone: chats of a customer or an employee, and what an employee has to confirm.
import { call, h, icon, toast } from './dom.js'
import { emptyBox } from './empty.js'
import { groupRow } from './group.js'
import { handoverNotices } from './handovers.js'
import { kfRow } from './kf.js'
import { isForMany, massCards, newMassMessage } from './mass.js'
import { newGroup } from './new-group.js'
import { attempt, draw, go, sandboxNow } from './route.js'
import { t, when } from './texts.js'

/** An employee may have twenty thousand customers: the newest are listed, the others are searched for. */
export const contactsShown = 100

const contactRow = (it) => row(it.externalUserId, it.avatar, it.remark || it.name, '＠微信', it)

export function chatsScreen(at, me) {
  const people = at.isEmployee
    ? me.contacts.map((it) => ({ at: it.at, row: contactRow(it) }))
    : [...me.kf.map(kfRow), ...me.friends.map((it) => ({ at: it.at, row: row(it.userId, it.avatar, it.name, `＠${it.corp}`, it) }))]
  const talks = [...people, ...me.groups.map((it) => ({ at: it.at, row: groupRow(it) }))]
    .sort((a, b) => b.at.localeCompare(a.at))
    .map((it) => it.row)
  const rows = at.isEmployee ? [appRow(me), ...talks] : [...handoverNotices(me), ...talks]
  const empty = at.isEmployee
    ? emptyBox('chat', t('noContacts'), t('noContactsHint'))
    : emptyBox('chat', t('noChats'), t('noChatsHint'), h('button', { class: 'primary', onclick: () => go({ tab: 'scan' }) }, t('goScan')))
  const hasAny = at.isEmployee ? rows.length > 1 : rows.length > 0
  return {
    title: t('chats'),
    subtitle: at.isEmployee ? me.employee.name : me.customer.name,
    subtitlePlain: true,
    body:
      at.isEmployee && me.contacts.length >= contactsShown
        ? searched(at, rows)
        : h('div', { class: 'screen flat' }, h('ul', {}, rows), hasAny ? '' : empty),
    ...(at.isEmployee ? { more: () => newGroup(at, me), moreIcon: 'plus', moreLabel: t('newGroup') } : {}),
  }
}

function searched(at, rows) {
  const list = h('ul', {}, rows)
  const field = h('input', {
    class: 'field',
    type: 'search',
    placeholder: t('searchContacts'),
    'aria-label': t('searchContacts'),
    'data-keep': 'contacts',
  })
  const find = async () => {
    const q = field.value.trim()
    if (!q) return list.replaceChildren(...rows)
    const { contacts } = await call(`/phone/employee/${encodeURIComponent(at.id)}?${new URLSearchParams({ q, limit: contactsShown })}`)
    return list.replaceChildren(...contacts.map(contactRow))
  }
  field.addEventListener('input', () => {
    clearTimeout(field.timer)
    field.timer = setTimeout(find, 200)
  })
  return h('div', { class: 'screen flat' }, h('div', { class: 'find' }, field), list)
}

const appRow = (me) =>
  h(
    'li',
    {},
    h(
      'button',
      { class: 'row', onclick: () => go({ chat: 'app' }) },
      appFace(),
      h('span', { class: 'who' }, h('div', { class: 'name' }, t('app')), h('div', { class: 'last' }, me.app.last || t('appHint'))),
      h('time', {}, me.app.at ? when(me.app.at, sandboxNow()) : ''),
    ),
  )

export const appFace = () =>
  h(
    'span',
    { class: 'avatar', style: 'display:grid;place-items:center;color:var(--jade-ink);background:var(--jade-soft)' },
    Object.assign(icon('app'), { style: 'width:26px' }),
  )

function row(id, avatar, name, mark, it) {
  const relation =
    it.relation === 'temporary' ? t('temp') : it.relation === 'requested' || it.relation === 'waiting' ? t('waiting') : t(it.relation)
  const badge =
    relation && it.relation !== 'deleted_by_employee'
      ? h('span', { class: it.relation === 'waiting' || it.relation === 'requested' ? 'badge wait' : 'badge' }, relation)
      : ''
  return h(
    'li',
    {},
    h(
      'button',
      { class: 'row', onclick: () => go({ chat: id }) },
      h('img', { class: 'avatar', src: avatar, alt: '' }),
      h(
        'span',
        { class: 'who' },
        h('div', { class: 'name' }, name, h('small', {}, mark)),
        h('div', { class: 'last' }, it.last || (it.relation === 'requested' ? t('waitingVerify') : ' ')),
      ),
      h('time', {}, when(it.at, sandboxNow()), badge),
    ),
  )
}

export function tasksScreen(at, me) {
  const requests = me.tasks.filter((task) => !isForMany(task))
  const rows = requests.map((task) =>
    h(
      'li',
      {},
      h(
        'div',
        { class: 'row' },
        h('img', { class: 'avatar', src: `/avatar/${encodeURIComponent(task.externalUserId)}.svg`, alt: '' }),
        h(
          'span',
          { class: 'who' },
          h('div', { class: 'name' }, task.name),
          h('div', { class: 'last' }, task.state ? `${t('taskFriend')} · ${task.state}` : t('taskFriend')),
        ),
        h('button', { class: 'primary', onclick: () => accept(task) }, t('accept')),
      ),
    ),
  )
  return {
    title: t('tasks'),
    subtitle: me.employee.name,
    subtitlePlain: true,
    body: h(
      'div',
      { class: 'screen' },
      h('ul', {}, rows),
      massCards(me.tasks),
      me.tasks.length ? '' : emptyBox('tasks', t('noTasks'), t('noTasksHint')),
    ),
    more: () => newMassMessage(at),
    moreIcon: 'plus',
    moreLabel: t('newMass'),
  }
}

const accept = (task) =>
  attempt(async () => {
    await call(`/tasks/${task.id}/confirm`, 'POST', {})
    toast(t('accepted', { name: task.name }))
    await draw()
  })
