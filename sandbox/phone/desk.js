// Customer service from the side of those who answer: who waits, whom I serve, and one conversation.
import { piece, sendBar } from './chat.js'
import { call, h, toast } from './dom.js'
import { emptyBox } from './empty.js'
import { attempt, confirmSheet, draw, go, openSheet, sandboxNow } from './route.js'
import { t, when } from './texts.js'

/** d:<account>:<customer> */
export const deskTalkOf = (chat) => {
  const [kind, openKfId, externalUserId] = (chat ?? '').split(':')
  return kind === 'd' ? { openKfId, externalUserId } : undefined
}

export const waitingCount = (me) => (me?.desk ?? []).reduce((sum, it) => sum + it.waiting.length, 0)

export function deskScreen(_at, me) {
  return {
    title: t('desk'),
    subtitle: me.employee.name,
    subtitlePlain: true,
    body: h(
      'div',
      { class: 'screen' },
      me.desk.map((it) => account(it, me)),
    ),
  }
}

function account(it, me) {
  const working = h('input', { type: 'checkbox', role: 'switch', checked: it.working, 'aria-label': t('working') })
  working.addEventListener('change', () =>
    attempt(async () => {
      await call('/kf/status', 'POST', { openKfId: it.openKfId, userId: me.employee.userId, working: working.checked })
      await draw()
    }),
  )
  const part = (title, rows, row) =>
    rows.length > 0 ? [h('h3', { class: 'section-title' }, `${title} · ${rows.length}`), h('ul', {}, rows.map(row))] : []
  return h(
    'section',
    { class: 'desk' },
    h('header', {}, h('h2', {}, it.name), h('label', { class: 'working' }, t(it.working ? 'working' : 'stopped'), working)),
    part(t('deskWaiting'), it.waiting, (one) => deskRow(one, me, true)),
    part(t('deskServing'), it.serving, (one) => deskRow(one, me, false)),
    it.waiting.length + it.serving.length === 0 ? emptyBox('chat', t('deskEmpty'), t('deskEmptyHint')) : '',
    it.elsewhere > 0 ? h('p', { class: 'tagline elsewhere' }, t('deskElsewhere', { n: it.elsewhere })) : '',
  )
}

function deskRow(it, me, isWaiting) {
  const open = () => go({ chat: `d:${it.openKfId}:${it.externalUserId}` })
  return h(
    'li',
    {},
    h(
      'div',
      { class: 'row' },
      h('img', { class: 'avatar', src: it.avatar, alt: '' }),
      h('button', { class: 'who', onclick: open }, h('div', { class: 'name' }, it.name), h('div', { class: 'last' }, it.last || ' ')),
      isWaiting
        ? h('button', { class: 'primary', onclick: () => attempt(() => act(it, me, 'accept').then(open)) }, t('takeUp'))
        : h('time', {}, when(it.at, sandboxNow())),
    ),
  )
}

const act = (talk, me, name, more = {}) =>
  call('/kf/servicer', 'POST', {
    openKfId: talk.openKfId,
    externalUserId: talk.externalUserId,
    userId: me.employee.userId,
    act: name,
    ...more,
  })

export async function deskTalkScreen(at, me) {
  const both = deskTalkOf(at.chat)
  const talk = await call(`/kf/talk?${new URLSearchParams({ ...both, limit: 300 })}`)
  const mine = talk.state === 3 && talk.servicer === me.employee.userId
  const screen = h(
    'div',
    { class: 'screen' },
    h(
      'div',
      { class: 'talk' },
      talk.items.map((it) => message(it, both, talk)),
    ),
  )
  return {
    title: talk.customer,
    subtitle: `${t('kf')} · ${talk.name}`,
    subtitlePlain: true,
    body: screen,
    foot: mine
      ? h(
          'div',
          {},
          tools(both, talk, me),
          sendBar((text) => act(both, me, 'say', { text })),
        )
      : closedFoot(both, talk, me),
    after: () => {
      screen.scrollTop = screen.scrollHeight
    },
  }
}

function message(it, both, talk) {
  const face = it.mine
    ? `/avatar/${encodeURIComponent(both.externalUserId)}.svg`
    : it.servicer
      ? `/avatar/${encodeURIComponent(it.servicer)}.svg`
      : talk.avatar
  const words =
    it.kind === 'msgmenu' ? { kind: 'text', text: [it.menu.head_content, it.menu.tail_content].filter(Boolean).join('\n') || '[菜单]' } : it
  return h('div', { class: `msg${it.mine ? '' : ' mine'}` }, h('img', { class: 'face', src: face, alt: '' }), piece(words))
}

function closedFoot(both, talk, me) {
  if (talk.state === 2)
    return h(
      'p',
      { class: 'closed' },
      t('talkWaiting'),
      ' ',
      h('button', { class: 'primary', onclick: () => attempt(() => act(both, me, 'accept').then(draw)) }, t('takeUp')),
    )
  return h('p', { class: 'closed' }, t(talk.state === 3 ? 'talkElsewhere' : talk.state === 4 ? 'talkEnded' : 'talkRobot'))
}

const tools = (both, talk, me) =>
  h(
    'nav',
    { class: 'tools' },
    h('button', { class: 'quiet', onclick: () => handOver(both, me) }, t('handOver')),
    h('button', { class: 'quiet', onclick: () => endTalk(both, talk, me) }, t('endTalk')),
  )

function handOver(both, me) {
  const { colleagues } = me.desk.find((it) => it.openKfId === both.openKfId) ?? { colleagues: [] }
  const pick = (one) =>
    attempt(async () => {
      await act(both, me, 'hand', { to: one.userId })
      close()
      toast(t('handedOver', { name: one.name }))
      await go({ chat: null })
    })
  const close = openSheet(
    h('h2', {}, t('handOverTo')),
    colleagues.length === 0 ? h('p', {}, t('noColleagues')) : '',
    h(
      'ul',
      { class: 'choices' },
      colleagues.map((one) =>
        h(
          'li',
          {},
          h(
            'button',
            { class: 'row', onclick: () => pick(one) },
            h('img', { class: 'avatar', src: one.avatar, alt: '' }),
            h('span', { class: 'who' }, h('div', { class: 'name' }, one.name)),
          ),
        ),
      ),
    ),
    h('div', { class: 'acts' }, h('button', { class: 'quiet', onclick: () => close() }, t('cancel'))),
  )
}

const endTalk = (both, talk, me) =>
  confirmSheet({
    title: talk.customer,
    text: t('endTalkAsk'),
    label: t('endTalk'),
    act: async () => {
      await act(both, me, 'end')
      await go({ chat: null })
    },
  })
