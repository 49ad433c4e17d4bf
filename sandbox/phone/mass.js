// Mass messages and moments that wait for the employee: what it is, whom it reaches, send or put aside.
import { piece } from './chat.js'
import { call, h, icon, toast } from './dom.js'
import { pickPeople } from './pick.js'
import { attempt, draw, openSheet, sandboxNow } from './route.js'
import { t, when } from './texts.js'

const titles = { mass_message: 'taskMass', group_mass_message: 'taskMassGroup', moment: 'taskMoment' }
const reaches = { mass_message: 'toCustomers', group_mass_message: 'toGroups', moment: 'toViewers' }

export const isForMany = (task) => task.kind in titles

export function massCards(tasks) {
  const waiting = tasks.filter(isForMany)
  if (waiting.length === 0) return ''
  const all = () =>
    attempt(async () => {
      for (const task of waiting) await call(`/tasks/${task.id}/confirm`, 'POST', {})
      toast(t('sentDone'))
      await draw()
    })
  return h(
    'div',
    { class: 'mass' },
    waiting.length > 1 ? h('button', { class: 'primary whole', onclick: all }, t('sendAll', { n: waiting.length })) : '',
    waiting.map(card),
  )
}

const card = (task) =>
  h(
    'article',
    { class: 'card task' },
    h(
      'header',
      {},
      h('b', {}, t(titles[task.kind])),
      h('span', { class: 'badge wait' }, t('toSend')),
      task.reminders ? h('span', { class: 'badge wait' }, t('reminded', { n: task.reminders })) : '',
      h('time', {}, when(task.at, sandboxNow())),
    ),
    task.text ? h('p', { class: 'said-text' }, task.text) : '',
    pieces(task.pieces),
    h('p', { class: 'reach' }, reach(task)),
    h(
      'div',
      { class: 'acts' },
      h('button', { class: 'quiet', onclick: () => putAside(task) }, t('ignore')),
      task.allowSelect ? h('button', { class: 'quiet', onclick: () => choose(task) }, t('chooseTargets')) : '',
      h('button', { class: 'primary', onclick: () => confirm(task) }, t(task.kind === 'moment' ? 'publishNow' : 'sendNow')),
    ),
  )

function reach(task) {
  const names = task.targets.map((it) => it.name).join('、') || t('nobodyThere')
  return t(reaches[task.kind], { n: task.size, names: task.size > task.targets.length ? t('andMore', { names }) : names })
}

/** Pictures side by side, everything else below one another. */
export function pieces(all) {
  const pictures = all.filter((it) => it.kind === 'image')
  return [
    pictures.length > 0 ? h('div', { class: `pictures ${pictures.length === 1 ? 'one' : ''}` }, pictures.map(piece)) : '',
    ...all.filter((it) => it.kind !== 'image').map(piece),
  ]
}

const confirm = (task, targets) =>
  attempt(async () => {
    await call(`/tasks/${task.id}/confirm`, 'POST', targets ? { targets } : {})
    toast(t(task.kind === 'moment' ? 'publishedDone' : 'sentDone'))
    await draw()
  })

const putAside = (task) =>
  attempt(async () => {
    await call(`/tasks/${task.id}/ignore`, 'POST', {})
    toast(t('ignoredDone'))
    await draw()
  })

const choose = (task) =>
  attempt(async () => {
    const { targets } = await call(`/tasks/${task.id}`)
    pickPeople({
      title: t('chooseTargetsTitle'),
      people: targets.map((it) => ({ ...it, avatar: `/avatar/${encodeURIComponent(it.id)}.svg` })),
      preselected: targets.map((it) => it.id),
      label: (n) => t('sendToChosen', { n }),
      done: async (chosen, close) => {
        close()
        await confirm(task, chosen)
      },
    })
  })

/** A text to many that the employee writes on their own. */
export function writeToMany({ title, hint, label, button, most, send }) {
  const field = h('textarea', { class: 'field', rows: 4, maxlength: String(most), placeholder: label, 'aria-label': label })
  const close = openSheet(
    h('h2', {}, title),
    hint ? h('p', {}, hint) : '',
    field,
    h(
      'div',
      { class: 'acts' },
      h(
        'button',
        {
          class: 'primary',
          onclick: () =>
            field.value.trim() &&
            attempt(async () => {
              await send(field.value.trim())
              close()
              await draw()
            }),
        },
        button,
      ),
      h('button', { class: 'quiet', onclick: () => close() }, t('cancel')),
    ),
  )
  field.focus()
}

export const newMassMessage = (at) =>
  writeToMany({
    title: t('newMass'),
    hint: t('newMassHint'),
    label: t('massText'),
    button: t('sendNow'),
    most: 1300,
    send: async (text) => {
      await call('/mass-messages', 'POST', { userId: at.id, text })
      toast(t('sentDone'))
    },
  })

export const iconButton = (name, label, onclick, pressed) =>
  h('button', { class: 'act', 'aria-label': label, 'aria-pressed': pressed, onclick }, icon(name))
