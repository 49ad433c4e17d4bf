// Beside the phone: the callbacks that go out, so that somebody sees what an act set in motion.
import { call, h } from './dom.js'
import { detailOf, happening, t } from './texts.js'

const aside = document.getElementById('behind')

export async function behind() {
  if (getComputedStyle(aside).display === 'none') return
  const { items } = await call('/callbacks?limit=40')
  aside.replaceChildren(
    h('div', { class: 'aside-title' }, h('h2', {}, t('behind'))),
    h('p', { class: 'tagline' }, t('behindHint')),
    items.length ? h('ul', { class: 'feed scroll' }, items.map(line)) : h('div', { class: 'feed none' }, t('behindNone')),
  )
}

function line(it) {
  const took = it.seconds === null ? '' : ` · ${it.seconds < 1 ? `${Math.round(it.seconds * 1000)} ms` : `${it.seconds.toFixed(1)} s`}`
  const state = it.state === 'waiting' ? (it.attempts > 0 ? t('retry', { n: it.attempts }) : t('waitingState')) : t(it.state)
  const tone = { delivered: 'good', waiting: 'wait', failed: 'bad', dropped: 'bad' }[it.state] ?? ''
  return h(
    'li',
    { title: it.xml },
    h('span', { class: 'happening' }, happening(it)),
    h('span', { class: `badge ${tone}` }, state),
    h('span', { class: 'what' }, detailOf(it)),
    h(
      'span',
      { class: 'when' },
      `${new Date(it.createdAt).toLocaleTimeString('en-GB')}${took}${it.answer && it.state !== 'delivered' ? ` · ${it.answer}` : ''}`,
    ),
  )
}
