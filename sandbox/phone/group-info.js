// Behind the three dots of a group: its people, its settings, and the ways out.
import { call, h, icon, toast } from './dom.js'
import { groupIdOf } from './group.js'
import { pickPeople } from './pick.js'
import { attempt, draw, go, openSheet, sandboxNow } from './route.js'
import { t, when } from './texts.js'

const facesShown = 18
/** The group whose people are all shown. */
let whole = ''

export async function groupInfoScreen(at, me) {
  const group = await call(`/groups/${encodeURIComponent(groupIdOf(at.chat))}?limit=1`)
  const mine = group.members.find((it) => it.member === at.id)
  if (!mine || group.dismissed) return { title: t('groupInfo'), body: h('div', { class: 'screen' }), after: () => go({}, true) }
  const it = { at, me, group, mine, isOwner: mine.role === 'owner', isManager: mine.role !== 'member' }
  return {
    title: t('groupInfo'),
    subtitle: group.name,
    subtitlePlain: true,
    body: h('div', { class: 'screen' }, peopleCard(it), settingsCard(it), wayOut(it)),
  }
}

function peopleCard(it) {
  const { group, isManager } = it
  const shown = whole === group.chatId ? group.members : group.members.slice(0, facesShown)
  return h(
    'div',
    { class: 'card' },
    h('p', { class: 'tagline count' }, t('members', { n: group.size, customers: group.customers })),
    h(
      'div',
      { class: 'people-grid' },
      shown.map((one) => memberTile(it, one)),
      tile('+', t('add'), () => invite(it)),
      isManager && group.size > 1 ? tile('−', t('remove'), () => removeSome(it)) : '',
    ),
    shown.length < group.members.length
      ? h(
          'button',
          {
            class: 'line',
            onclick: () => {
              whole = group.chatId
              draw()
            },
          },
          t('showAll', { n: group.size }),
          icon('next'),
        )
      : '',
  )
}

const memberTile = (it, one) =>
  h(
    'button',
    { class: 'tile', onclick: () => openMember(it, one) },
    h('img', { class: 'avatar', src: one.avatar, alt: '' }),
    one.role === 'member' ? '' : h('span', { class: `role ${one.role}` }, t(one.role)),
    h('span', { class: 'tile-name' }, one.nickname || one.name),
  )

const tile = (sign, label, onclick) =>
  h('button', { class: 'tile', onclick }, h('span', { class: 'avatar sign' }, sign), h('span', { class: 'tile-name' }, label))

function settingsCard(it) {
  const { at, group, mine, isOwner, isManager } = it
  const line = (label, value, onclick) =>
    h(
      onclick ? 'button' : 'div',
      { class: 'line', onclick },
      h('span', { class: 'label' }, label),
      h('span', { class: 'value' }, value),
      onclick ? icon('next') : '',
    )
  const change = (body) => call(`/groups/${group.chatId}`, 'PUT', { by: at.id, ...body })
  const editNotice = () => editText(t('notice'), group.notice, t('noticeHint'), 2000, (notice) => change({ notice }), true)
  return h(
    'div',
    { class: 'card' },
    line(
      t('groupName'),
      group.name,
      isManager && (() => editText(t('groupName'), group.name, t('groupNameHint'), 60, (name) => name && change({ name }))),
    ),
    line(t('notice'), group.notice || t('noNotice'), isManager ? editNotice : group.notice && (() => readNotice(group))),
    line(t('myNickname'), mine.nickname || mine.name, () =>
      editText(t('myNickname'), mine.nickname, t('nicknameHint'), 32, (nickname) =>
        call(`/groups/${group.chatId}/nickname`, 'PUT', { member: at.id, nickname }),
      ),
    ),
    isOwner ? line(t('groupWelcome'), group.templateId ? '✓' : t('noWelcome'), () => chooseWelcome(it, change)) : '',
    line(t('groupCode'), '', () => showCode(group)),
  )
}

function readNotice(group) {
  const close = openSheet(
    h('h2', {}, t('notice')),
    h('p', { class: 'notice-text' }, group.notice),
    h('div', { class: 'acts' }, h('button', { class: 'quiet', onclick: () => close() }, t('close'))),
  )
}

function editText(title, value, hint, most, save, isLong = false) {
  const field = h(isLong ? 'textarea' : 'input', {
    class: 'field',
    maxlength: String(most),
    placeholder: hint,
    'aria-label': title,
    rows: isLong ? 5 : undefined,
  })
  field.value = value
  const close = openSheet(
    h('h2', {}, title),
    field,
    h(
      'div',
      { class: 'acts' },
      h(
        'button',
        {
          class: 'primary',
          onclick: () =>
            attempt(async () => {
              await save(field.value.trim())
              close()
              toast(t('saved'))
              await draw()
            }),
        },
        t('save'),
      ),
      h('button', { class: 'quiet', onclick: () => close() }, t('cancel')),
    ),
  )
}

async function chooseWelcome({ group }, change) {
  const { items } = await call('/group-templates')
  const choose = (templateId) =>
    attempt(async () => {
      await change({ templateId })
      close()
      toast(t('saved'))
      await draw()
    })
  const option = (templateId, text) =>
    h('button', { class: 'row option', 'aria-pressed': String(group.templateId === templateId), onclick: () => choose(templateId) }, text)
  const close = openSheet(
    h('h2', {}, t('groupWelcome')),
    items.length === 0
      ? h('p', {}, t('noTemplates'))
      : h(
          'div',
          { class: 'list' },
          option('', t('noWelcome')),
          items.map((it) => option(it.templateId, it.text || `[${it.attachment}]`)),
        ),
    h('div', { class: 'acts' }, h('button', { class: 'quiet', onclick: () => close() }, t('cancel'))),
  )
}

function showCode(group) {
  const close = openSheet(
    h('h2', {}, group.name),
    h('img', { class: 'group-code', src: group.qrCode, alt: t('groupCode'), width: 215, height: 215 }),
    h('p', {}, t('groupCodeHint')),
    h(
      'div',
      { class: 'acts' },
      h(
        'button',
        { class: 'primary', onclick: () => attempt(() => navigator.clipboard.writeText(group.code).then(() => toast(t('copied')))) },
        t('copyLink'),
      ),
      h('button', { class: 'quiet', onclick: () => close() }, t('close')),
    ),
  )
}

function wayOut({ at, group, isOwner }) {
  const [label, ask, said] = isOwner ? ['dismissGroup', 'dismissAsk', 'dismissed'] : ['leaveGroup', 'leaveAsk', 'left']
  const out = () =>
    isOwner
      ? call(`/groups/${group.chatId}?by=${encodeURIComponent(at.id)}`, 'DELETE')
      : call(`/groups/${group.chatId}/leave`, 'POST', { member: at.id })
  return h(
    'div',
    { class: 'card' },
    h(
      'button',
      {
        class: 'line danger-line',
        onclick: () =>
          confirm(t(label), t(ask), t(label), async () => {
            await out()
            toast(t(said))
            await go({ chat: null })
          }),
      },
      t(label),
    ),
  )
}

function confirm(title, text, label, work, tone = 'quiet danger') {
  const close = openSheet(
    h('h2', {}, title),
    h('p', {}, text),
    h(
      'div',
      { class: 'acts' },
      h(
        'button',
        {
          class: tone,
          onclick: () =>
            attempt(async () => {
              close()
              await work()
            }),
        },
        label,
      ),
      h('button', { class: 'quiet', onclick: () => close() }, t('cancel')),
    ),
  )
}

async function invite({ at, me, group }) {
  const inside = new Set(group.members.map((it) => it.member))
  const people = (await whomToInvite(at, me)).filter((it) => !inside.has(it.id))
  const byLink = h('input', { type: 'checkbox' })
  pickPeople({
    title: t('inviteTitle'),
    people,
    above: [h('label', { class: 'check' }, byLink, t('inviteByLink'))],
    label: (n) => t('inviteConfirm', { n }),
    done: (members, close) =>
      attempt(async () => {
        await call(`/groups/${group.chatId}/invite`, 'POST', { by: at.id, members, via: byLink.checked ? 'link' : 'invitation' })
        close()
        toast(t('invited'))
        await draw()
      }),
  })
}

/** Employees bring customers of theirs and colleagues; of a customer's own friends the sandbox knows nothing, so everybody is one. */
export async function whomToInvite(at, me) {
  if (!at.isEmployee) {
    const { items } = await call('/customers?limit=200&newest=true')
    return items.map((it) => ({ id: it.externalUserId, name: it.name, avatar: it.avatar, note: '＠微信' }))
  }
  const { items } = await call('/employees')
  const customers = me.contacts
    .filter((it) => it.relation === 'friends')
    .map((it) => ({ id: it.externalUserId, name: it.remark || it.name, avatar: it.avatar, note: '＠微信' }))
  const colleagues = items
    .filter((it) => it.userId !== at.id)
    .map((it) => ({ id: it.userId, name: it.name, avatar: it.avatar, note: it.position }))
  return [...customers, ...colleagues]
}

function removeSome({ at, group, isOwner }) {
  const mayGo = (one) => one.member !== at.id && one.role !== 'owner' && (isOwner || one.role === 'member')
  pickPeople({
    title: t('removeTitle'),
    people: group.members
      .filter(mayGo)
      .map((one) => ({ id: one.member, name: one.nickname || one.name, avatar: one.avatar, note: howJoined(group, one) })),
    label: (n) => t('removeConfirm', { n }),
    done: (members, close) =>
      attempt(async () => {
        await call(`/groups/${group.chatId}/remove`, 'POST', { by: at.id, members })
        close()
        toast(t('removed'))
        await draw()
      }),
  })
}

function howJoined(group, one) {
  const invitor = group.members.find((it) => it.member === one.invitor)
  const scene =
    one.joinScene === 3
      ? t('sceneCode')
      : one.joinScene === 2
        ? t('sceneLink')
        : invitor
          ? t('sceneInvited', { name: invitor.name })
          : t('sceneInvitedPlain')
  return one.state ? `${scene} · ${one.state}` : scene
}

function openMember(it, one) {
  const { at, me, group, isOwner, isManager } = it
  const isMe = one.member === at.id
  const isColleague = one.kind === 'employee'
  const change = (body) => call(`/groups/${group.chatId}`, 'PUT', { by: at.id, ...body })
  const act = (label, work, tone = 'quiet') =>
    h(
      'button',
      {
        class: tone,
        onclick: () =>
          attempt(async () => {
            close()
            await work()
          }),
      },
      label,
    )
  const saved = async (work) => {
    await work
    toast(t('saved'))
    await draw()
  }
  const knows = at.isEmployee && me.contacts.some((contact) => contact.externalUserId === one.member && contact.relation === 'friends')
  const admins = group.admins.filter((admin) => admin !== one.member)
  const acts = [
    knows ? act(t('openChat'), () => go({ chat: one.member })) : '',
    at.isEmployee && !isColleague && !knows
      ? act(t('addFriend'), () => saved(call('/befriend', 'POST', { userId: at.id, customer: one.member, addWay: 4 })))
      : '',
    isOwner && isColleague && !isMe
      ? act(one.role === 'admin' ? t('dropAdmin') : t('makeAdmin'), () =>
          saved(change({ admins: one.role === 'admin' ? admins : [...admins, one.member] })),
        )
      : '',
    isOwner && isColleague && !isMe
      ? act(t('handOver'), () =>
          confirm(
            t('handOver'),
            t('handOverAsk', { name: one.name }),
            t('handOver'),
            () => saved(change({ owner: one.member })),
            'primary',
          ),
        )
      : '',
    isMe ? '' : act(t('beThisPerson'), () => go({ as: `${isColleague ? 'e' : 'c'}:${one.member}`, tab: 'chats', chat: at.chat })),
    isManager && !isMe && one.role !== 'owner' && (isOwner || one.role === 'member')
      ? act(t('remove'), () => saved(call(`/groups/${group.chatId}/remove`, 'POST', { by: at.id, members: [one.member] })), 'quiet danger')
      : '',
  ]
  const close = openSheet(
    h(
      'div',
      { class: 'person member-head' },
      h('img', { class: 'avatar large', src: one.avatar, alt: '' }),
      h(
        'div',
        {},
        h('h2', {}, one.nickname ? `${one.nickname}（${one.name}）` : one.name),
        h('p', {}, `${howJoined(group, one)} · ${t('joinedAt', { when: when(one.joinedAt, sandboxNow(), true) })}`),
        h('p', { class: 'mono' }, one.member),
      ),
    ),
    h('div', { class: 'acts' }, ...acts, h('button', { class: 'quiet', onclick: () => close() }, t('close'))),
  )
}
