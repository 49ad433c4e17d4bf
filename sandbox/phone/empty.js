import { h, icon } from './dom.js'

/** What a screen shows when there is nothing yet: what will be there, and how to get it. */
export const emptyBox = (name, title, hint, action = '') =>
  h('div', { class: 'empty' }, icon(name), h('h2', {}, title), h('p', {}, hint), action)
