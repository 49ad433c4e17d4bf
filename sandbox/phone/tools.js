// The way from a chat to the pages beside it.
import { h } from './dom.js'
import { go } from './route.js'
import { t } from './texts.js'

/** The strip over the field of typing, with the pages of the company's apps. */
export const toolStrip = (me) =>
  me.sidebar?.length > 0
    ? h(
        'nav',
        { class: 'tools', 'aria-label': t('chatTools') },
        me.sidebar.map((it) => h('button', { class: 'quiet', onclick: () => go({ panel: `page-${it.id}` }) }, it.name)),
      )
    : ''
