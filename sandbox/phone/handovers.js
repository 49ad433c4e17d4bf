// The notice that a colleague is to take over, and the customer's no.
import { call, h, toast } from './dom.js'
import { confirmSheet, sandboxNow } from './route.js'
import { t, when } from './texts.js'

export const handoverNotices = (me) =>
  (me.handovers ?? []).map((it) =>
    h(
      'li',
      {},
      h(
        'div',
        { class: 'row handover' },
        h('img', { class: 'avatar', src: it.to.avatar, alt: '' }),
        h(
          'span',
          { class: 'who' },
          h('div', { class: 'name' }, t('handoverTitle', { name: it.to.name })),
          h(
            'div',
            { class: 'last', style: 'white-space:normal' },
            t(it.hasLeft ? 'handoverLeft' : 'handoverOnJob', { name: it.from.name, at: when(it.dueAt, sandboxNow(), true) }),
          ),
        ),
        h('button', { class: 'quiet', onclick: () => askToRefuse(it) }, t('handoverRefuse')),
      ),
    ),
  )

const askToRefuse = (it) =>
  confirmSheet({
    title: t('handoverTitle', { name: it.to.name }),
    text: t('handoverAsk', { from: it.from.name, to: it.to.name }),
    label: t('handoverRefuse'),
    act: async () => {
      await call(`/handovers/${it.id}/refuse`, 'POST', {})
      toast(t('handoverRefused'))
    },
  })
