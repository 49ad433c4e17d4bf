// One chat, from either side.
import { templateCard } from './cards.js'
import { call, h, icon, toast } from './dom.js'
import { actsOn } from './forward.js'
import { attempt, confirmSheet, draw, go, openSheet, sandboxNow } from './route.js'
import { t, when } from './texts.js'
import { toolStrip } from './tools.js'

export async function chatScreen(at, me) {
  const isApp = at.chat === 'app'
  const other = isApp
    ? { name: t('app'), relation: 'friends' }
    : at.isEmployee
      ? me.contacts.find((it) => it.externalUserId === at.chat)
      : me.friends.find((it) => it.userId === at.chat)
  if (!other) return { title: t('chats'), body: h('div', { class: 'screen' }), after: () => go({ chat: null }, true) }
  const query = at.isEmployee ? { userId: at.id, externalUserId: isApp ? '' : at.chat } : { userId: at.chat, externalUserId: at.id }
  const { items } = await call(`/chat?${new URLSearchParams(query)}&limit=300`)
  const screen = h('div', { class: 'screen' }, h('div', { class: 'talk' }, talk(items, at, other, me)))
  return {
    title: other.remark || other.name,
    subtitle: at.isEmployee
      ? isApp
        ? t('appHint')
        : other.remark
          ? other.name
          : '＠微信'
      : `＠${other.corp}${other.position ? ` · ${other.position}` : ''}`,
    subtitlePlain: at.isEmployee,
    body: screen,
    foot: h('div', {}, at.isEmployee && !isApp ? toolStrip(me) : '', footOf(at, other)),
    more: isApp ? undefined : () => openMore(at, other),
    after: () => {
      screen.scrollTop = screen.scrollHeight
      for (const image of screen.querySelectorAll('img'))
        image.addEventListener('load', () => (screen.scrollTop = screen.scrollHeight), { once: true })
    },
  }
}

function footOf(at, other) {
  return other.relation === 'requested' ? h('p', { class: 'closed' }, t('waitingVerify')) : composer(at.id, at.chat)
}

export const composer = (from, to) => sendBar((text) => call('/say', 'POST', { from, to, text }))

export function sendBar(say) {
  const input = h('textarea', { class: 'field', rows: 1, placeholder: t('say'), 'data-keep': 'say', 'aria-label': t('say') })
  const send = () => {
    const text = input.value.trim()
    if (!text) return
    attempt(async () => {
      await say(text)
      // The page redraws and would bring the text back: what was sent is no longer being typed.
      for (const it of document.querySelectorAll('[data-keep="say"]')) it.value = ''
      await draw()
    })
  }
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
    event.preventDefault()
    send()
  })
  return h('div', { class: 'compose' }, input, h('button', { class: 'primary', onclick: send }, t('send')))
}

/** What came by itself says so. */
export const marks = { welcome: 'welcomeMark', mass: 'massMark' }

function talk(items, at, other, me) {
  let before = 0
  let source = ''
  return items.flatMap((it) => {
    const time = new Date(it.at).getTime()
    // A stamp where the talk paused for five minutes.
    const stamp = time - before > 300_000 ? [h('div', { class: 'stamp' }, when(it.at, sandboxNow(), true))] : []
    before = time
    // Say once where a welcome or a mass message begins: the tester waits for it.
    const mark = marks[it.source] && it.source !== source ? [h('div', { class: 'stamp' }, t(marks[it.source]))] : []
    source = it.source
    return [...stamp, ...mark, message(it, at, other, me)]
  })
}

function message(it, at, other, me) {
  if (it.recalled) return h('div', { class: 'notice' }, t('recalled'))
  if (it.kind === 'system')
    return h(
      'div',
      { class: 'notice' },
      at.isEmployee
        ? t('youAdded', { name: other.name })
        : it.text.startsWith('你已添加了')
          ? t('youAdded', { name: it.employee })
          : it.text,
    )
  const mine = at.isEmployee ? it.sender === 'employee' : it.mine
  const face = mine ? `/avatar/${encodeURIComponent(at.id)}.svg` : at.chat === 'app' ? '/assets/home/icon.svg' : (other.avatar ?? it.avatar)
  return h('div', { class: `msg${mine ? ' mine' : ''}` }, h('img', { class: 'face', src: face, alt: '' }), piece(it), actsOn(it, at, me))
}

export function piece(it) {
  if (it.kind === 'image')
    return h(
      'a',
      { href: it.imageUrl, target: '_blank', rel: 'noreferrer' },
      h('img', { class: 'picture', src: it.imageUrl, alt: it.fileName ?? '' }),
    )
  if (it.kind === 'text' || !it.kind) return h('div', { class: 'bubble' }, linked(it.text ?? ''))
  if (it.kind === 'template_card') return templateCard(it)
  if (it.kind === 'link' || it.kind === 'card') return linkCard(it)
  if (it.kind === 'miniprogram') return miniCard(it)
  if (it.kind === 'video') return h('video', { class: 'picture', src: it.fileUrl, controls: true })
  if (it.kind === 'file' || it.kind === 'voice') return fileCard(it)
  if (it.kind === 'news')
    return h(
      'div',
      { class: 'piece' },
      (it.items ?? []).map((one) =>
        h(
          'a',
          { class: 'body', href: safe(one.url), target: '_blank', rel: 'noreferrer', style: 'color:inherit;text-decoration:none' },
          h('span', { class: 'title' }, one.title),
          h('span', { class: 'desc' }, one.description ?? ''),
          one.imageUrl ? h('img', { class: 'thumb', src: one.imageUrl, alt: '' }) : '',
        ),
      ),
    )
  return h('div', { class: 'bubble' }, linked(it.text ?? ''))
}

const safe = (url) => (/^https?:\/\//.test(url ?? '') ? url : undefined)
const hostOf = (url) => (URL.canParse(url ?? '') ? new URL(url).host : '')

function linkCard(it) {
  return h(
    safe(it.url) ? 'a' : 'div',
    { class: 'piece', href: safe(it.url), target: '_blank', rel: 'noreferrer' },
    h(
      'span',
      { class: 'body' },
      h('span', { class: 'title' }, it.title ?? ''),
      h('span', { class: 'desc' }, (it.description ?? '').replace(/<[^>]*>/g, '')),
      it.imageUrl ? h('img', { class: 'thumb', src: it.imageUrl, alt: '' }) : '',
    ),
    h('span', { class: 'foot' }, icon('link'), hostOf(it.url)),
  )
}

const miniCard = (it) =>
  h(
    'div',
    { class: 'piece', title: `${it.appId ?? ''} ${it.page ?? ''}` },
    h('span', { class: 'body' }, h('span', { class: 'desc' }, it.appId ?? ''), h('span', { class: 'title' }, it.title ?? '')),
    it.imageUrl ? h('img', { class: 'wide', src: it.imageUrl, alt: '' }) : '',
    h('span', { class: 'foot' }, icon('mini'), t('mini')),
  )

const fileCard = (it) =>
  h(
    'a',
    { class: 'piece', href: it.fileUrl, download: it.fileName ?? '' },
    h(
      'span',
      { class: 'body' },
      h('span', { class: 'desc', style: 'font-size:15px;color:var(--ink)' }, it.fileName ?? ''),
      Object.assign(icon('file'), { style: 'width:36px' }),
      h('span', { class: 'desc' }, sizeText(it.size)),
    ),
  )

const sizeText = (size = 0) => (size > 1048576 ? `${(size / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(size / 1024))} KB`)

/** Addresses in the text become links; everything else stays text. */
function linked(text) {
  return text
    .split(/(https?:\/\/[^\s，。；！？）》]+)/)
    .map((part, index) => (index % 2 === 1 ? h('a', { href: part, target: '_blank', rel: 'noreferrer' }, part) : part))
}

async function openMore(at, other) {
  if (at.isEmployee) return openCustomerSheet(at, other)
  confirmDelete(at, other, t('deleteAsk', { name: other.name }), t('delete'), { externalUserId: at.id, userId: at.chat, by: 'customer' })
}

const confirmDelete = (_at, other, text, label, body) =>
  confirmSheet({
    title: other.remark || other.name,
    text,
    label,
    act: async () => {
      await call('/unfollow', 'POST', body)
      toast(t('deleted'))
      await go({ chat: null })
    },
  })

/** The employee's side of a customer: remark, tags, delete. */
async function openCustomerSheet(at, other) {
  const { items } = await call('/tags')
  const remark = h('input', {
    class: 'field',
    maxlength: '20',
    value: other.remark ?? '',
    placeholder: t('remarkHint'),
    'aria-label': t('remark'),
  })
  const has = new Set(other.tags)
  const chip = (tag) => {
    const button = h(
      'button',
      {
        'aria-pressed': String(has.has(tag.tagId)),
        onclick: () =>
          attempt(async () => {
            const on = has.has(tag.tagId)
            await call('/tag', 'POST', { userId: at.id, externalUserId: at.chat, [on ? 'remove' : 'add']: [tag.tagId] })
            if (on) has.delete(tag.tagId)
            else has.add(tag.tagId)
            button.setAttribute('aria-pressed', String(!on))
          }),
      },
      tag.name,
    )
    return button
  }
  const close = openSheet(
    h('h2', {}, other.name),
    h('label', {}, t('remark')),
    h(
      'div',
      { class: 'scan-form', style: 'padding:0' },
      remark,
      h(
        'button',
        {
          class: 'primary',
          onclick: () =>
            attempt(async () => {
              await call('/remark', 'POST', { userId: at.id, externalUserId: at.chat, remark: remark.value.trim() })
              close()
              toast(t('saved'))
              await draw()
            }),
        },
        t('save'),
      ),
    ),
    items.length ? h('p', {}, `${t('tags')} · ${t('chooseTags')}`) : '',
    items.map((group) =>
      h('div', { class: 'tag-row' }, h('span', { class: 'tagline' }, group.name), h('div', { class: 'chips' }, group.tags.map(chip))),
    ),
    h(
      'div',
      { class: 'acts' },
      h(
        'button',
        {
          class: 'quiet danger',
          onclick: () => {
            close()
            confirmDelete(at, other, t('deleteCustomerAsk'), t('deleteCustomer'), {
              externalUserId: at.chat,
              userId: at.id,
              by: 'employee',
            })
          },
        },
        t('deleteCustomer'),
      ),
      h(
        'button',
        {
          class: 'quiet',
          onclick: () => {
            close()
            draw()
          },
        },
        t('cancel'),
      ),
    ),
  )
}
