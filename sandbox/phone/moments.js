// Moments: the customer's feed with likes and comments, the employee's own publications.
import { call, h, toast } from './dom.js'
import { emptyBox } from './empty.js'
import { iconButton, pieces, writeToMany } from './mass.js'
import { attempt, confirmSheet, draw, sandboxNow } from './route.js'
import { t, when } from './texts.js'

export async function momentsScreen(at, me) {
  const { items } = await call(`/moments?${new URLSearchParams({ [at.isEmployee ? 'employee' : 'customer']: at.id })}&limit=100`)
  const empty = emptyBox('moments', t('noMoments'), t(at.isEmployee ? 'noMomentsEmployee' : 'noMomentsCustomer'))
  return {
    title: t('moments'),
    subtitle: (me.employee ?? me.customer).name,
    subtitlePlain: true,
    body: h('div', { class: 'screen flat feed-of-moments' }, items.length ? items.map((it) => post(it, at)) : empty),
    ...(at.isEmployee ? { more: () => newMoment(at), moreIcon: 'plus', moreLabel: t('newMoment') } : {}),
  }
}

function post(it, at) {
  const react = (what, body) =>
    attempt(async () => {
      await call(`/moments/${it.momentId}/${what}`, 'POST', { userId: it.userId, by: at.id, ...body })
      await draw()
    })
  return h(
    'article',
    { class: 'moment' },
    h('img', { class: 'avatar small', src: it.avatar, alt: '' }),
    h(
      'div',
      { class: 'said' },
      h('b', { class: 'poster' }, it.name, h('small', {}, `＠${it.corp}`)),
      it.text ? h('p', { class: 'said-text' }, it.text) : '',
      pieces(it.pieces),
      h(
        'footer',
        {},
        h('time', {}, when(it.at, sandboxNow(), true), it.fromCompany ? ` · ${t('fromCompany')}` : ''),
        h(
          'span',
          { class: 'does' },
          it.isOwn ? iconButton('trash', t('takeDown'), () => takeDown(it, at)) : '',
          iconButton('heart', t(it.liked ? 'unlike' : 'like'), () => react('like', { on: !it.liked }), String(it.liked)),
          iconButton('chat', t('comment'), () => writeComment(react)),
        ),
      ),
      reactions(it),
    ),
  )
}

function reactions(it) {
  if (it.likes.length + it.comments.length === 0) return ''
  return h(
    'div',
    { class: 'reactions' },
    it.likes.length ? h('p', { class: 'likes' }, `♥ ${it.likes.map((one) => one.name).join('、')}`) : '',
    it.comments.map((one) => h('p', {}, h('b', {}, `${one.name}：`), one.text)),
  )
}

const writeComment = (react) =>
  writeToMany({ title: t('comment'), label: t('writeComment'), button: t('send'), most: 500, send: (text) => react('comment', { text }) })

const newMoment = (at) =>
  writeToMany({
    title: t('newMoment'),
    label: t('momentText'),
    button: t('publishNow'),
    most: 2000,
    send: async (text) => {
      await call('/moments', 'POST', { userId: at.id, text })
      toast(t('publishedDone'))
    },
  })

const takeDown = (it, at) =>
  confirmSheet({
    title: t('takeDown'),
    text: t('takeDownAsk'),
    label: t('takeDown'),
    act: () => call(`/moments/${it.momentId}?by=${encodeURIComponent(at.id)}`, 'DELETE'),
  })
