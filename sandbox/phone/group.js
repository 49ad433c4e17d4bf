// One customer group: its talk, from any member's side, and its line in the list of chats.
import { composer, marks, piece } from './chat.js'
import { call, h } from './dom.js'
import { actsOn } from './forward.js'
import { go, sandboxNow } from './route.js'
import { t, when } from './texts.js'
import { toolStrip } from './tools.js'

export const groupIdOf = (chat) => (chat?.startsWith('g:') ? chat.slice(2) : undefined)

export async function groupScreen(at, me) {
  const group = await call(`/groups/${encodeURIComponent(groupIdOf(at.chat))}?limit=300`)
  const isInside = group.members.some((it) => it.member === at.id)
  const screen = h(
    'div',
    { class: 'screen' },
    group.notice
      ? h('button', { class: 'pinned', onclick: () => go({ panel: 'info' }) }, h('b', {}, t('groupAnnouncement')), group.notice)
      : '',
    h('div', { class: 'talk' }, talk(group, at, me)),
  )
  return {
    title: group.name,
    subtitle: t('groupSubtitle', { n: group.size, owner: group.ownerName }),
    subtitlePlain: true,
    body: screen,
    foot: group.dismissed
      ? h('p', { class: 'closed' }, t('groupIsDismissed'))
      : isInside
        ? h('div', {}, at.isEmployee ? toolStrip(me) : '', composer(at.id, group.chatId))
        : h('p', { class: 'closed' }, t('notInGroup')),
    more: group.dismissed || !isInside ? undefined : () => go({ panel: 'info' }),
    after: () => {
      screen.scrollTop = screen.scrollHeight
      for (const image of screen.querySelectorAll('img.picture, img.thumb'))
        image.addEventListener('load', () => (screen.scrollTop = screen.scrollHeight), { once: true })
    },
  }
}

function talk(group, at, me) {
  const names = new Map(group.members.map((it) => [it.member, it.nickname || it.name]))
  let before = 0
  let source = ''
  return group.messages.flatMap((it) => {
    const time = new Date(it.at).getTime()
    const stamp = time - before > 300_000 ? [h('div', { class: 'stamp' }, when(it.at, sandboxNow(), true))] : []
    before = time
    const mark = marks[it.source] && it.source !== source ? [h('div', { class: 'stamp' }, t(marks[it.source]))] : []
    source = it.source
    return [...stamp, ...mark, it.act ? h('div', { class: 'notice' }, actLine(it)) : message(it, at, names, { me, chat: group.chatId })]
  })
}

function message(it, at, names, { me, chat }) {
  const mine = it.sender === at.id
  const name = mine ? '' : h('span', { class: 'speaker' }, names.get(it.sender) ?? it.name)
  return h(
    'div',
    { class: `msg${mine ? ' mine' : ''}` },
    h('img', { class: 'face', src: it.avatar, alt: '' }),
    h('div', { class: 'said' }, name, piece(it)),
    actsOn(it, at, me, chat),
  )
}

const actWords = {
  created: 'actCreated',
  invited: 'actInvited',
  joined_by_link: 'actJoinedByLink',
  joined_by_code: 'actJoinedByCode',
  left: 'actLeft',
  removed: 'actRemoved',
  renamed: 'actRenamed',
  noticed: 'actNoticed',
  handed_over: 'actHandedOver',
  inherited: 'actInherited',
  admin_added: 'actAdminAdded',
  admin_removed: 'actAdminRemoved',
  dismissed: 'actDismissed',
}

function actLine(it) {
  const names = (it.names ?? []).join('、')
  const key =
    it.act === 'created' && names
      ? 'actCreatedWith'
      : it.act === 'invited' && !it.by
        ? 'actJoined'
        : it.act === 'noticed' && !names
          ? 'actNoticeCleared'
          : actWords[it.act]
  return t(key, { by: it.by, names })
}

const kindWords = { image: 'kindImage', link: 'kindLink', file: 'kindFile', video: 'kindVideo', miniprogram: 'kindMiniprogram' }

function lastLine(it) {
  if (!it) return ' '
  if (it.act) return actLine(it)
  const text = kindWords[it.kind] ? `${t(kindWords[it.kind])} ${it.title ?? it.fileName ?? ''}` : (it.text ?? '')
  return `${it.name}：${text}`
}

export const groupRow = (it) =>
  h(
    'li',
    {},
    h(
      'button',
      { class: 'row', onclick: () => go({ chat: `g:${it.chatId}` }) },
      facesOf(it),
      h(
        'span',
        { class: 'who' },
        h('div', { class: 'name' }, it.name, h('small', {}, `(${it.size})`)),
        h('div', { class: 'last' }, lastLine(it.last)),
      ),
      h('time', {}, when(it.at, sandboxNow())),
    ),
  )

/** Up to nine small faces in a square, as WeChat draws a group. */
const facesOf = (it) =>
  h(
    'span',
    { class: `avatar faces ${it.faces.length > 4 ? 'nine' : 'four'}`, 'aria-hidden': 'true' },
    it.faces.map((src) => h('img', { src, alt: '' })),
  )
