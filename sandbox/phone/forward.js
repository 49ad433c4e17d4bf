// What can be done with a message that stands in a chat: pass it on, and read the code in a picture.
import { call, h, icon, toast } from './dom.js'
import { attempt, openSheet } from './route.js'
import { scanPicture } from './scanning.js'
import { t } from './texts.js'

const passedOn = new Set(['text', 'image', 'link', 'miniprogram', 'video', 'file'])

/** `chat`: the group it was said in. */
export const actsOn = (it, at, me, chat) =>
  passedOn.has(it.kind)
    ? h(
        'button',
        { class: 'icon act', 'aria-label': t('messageActs'), title: t('messageActs'), onclick: () => openActs(it, at, me, chat) },
        icon('more'),
      )
    : ''

function openActs(it, at, me, chat) {
  const line = (label, work) => h('button', { class: 'line', onclick: work }, label)
  const close = openSheet(
    h('p', { class: 'quoted' }, it.title || it.text || it.fileName || t('messageActs')),
    h(
      'div',
      { class: 'card' },
      line(t('forward'), () => {
        close()
        chooseReceiver(it, at, me, chat)
      }),
      it.kind === 'image' && !at.isEmployee
        ? line(t('readCode'), () =>
            attempt(async () => {
              close()
              const picture = await fetch(it.imageUrl)
              await scanPicture(me, await picture.blob())
            }),
          )
        : '',
      it.text || it.url
        ? line(t('copyText'), async () => {
            await navigator.clipboard.writeText(it.url ?? it.text)
            close()
            toast(t('copied'))
          })
        : '',
    ),
    h('div', { class: 'acts' }, h('button', { class: 'quiet', onclick: () => close() }, t('cancel'))),
  )
}

function chooseReceiver(it, at, me, chat) {
  const people = at.isEmployee
    ? me.contacts
        .filter((one) => one.relation === 'friends')
        .map((one) => ({ id: one.externalUserId, name: one.remark || one.name, avatar: one.avatar }))
    : me.friends
        .filter((one) => one.relation === 'friends' || one.relation === 'waiting')
        .map((one) => ({ id: one.userId, name: one.name, avatar: one.avatar }))
  const groups = me.groups.filter((one) => !one.dismissed).map((one) => ({ id: one.chatId, name: one.name, avatar: one.faces[0] }))
  const send = (to) =>
    attempt(async () => {
      await call('/forward', 'POST', { from: at.id, to: to.id, message: it.id, chat })
      close()
      toast(t('forwarded', { name: to.name }))
    })
  const all = [...groups, ...people]
  const list = h('ul', { class: 'choices' })
  const show = (words) =>
    list.replaceChildren(
      ...all
        .filter((one) => one.name.includes(words))
        .slice(0, 100)
        .map((one) =>
          h(
            'li',
            {},
            h(
              'button',
              { class: 'row', onclick: () => send(one) },
              h('img', { class: 'avatar', src: one.avatar, alt: '' }),
              h('span', { class: 'who' }, h('div', { class: 'name' }, one.name)),
            ),
          ),
        ),
    )
  const field = h('input', { class: 'field', type: 'search', placeholder: t('search'), 'aria-label': t('search') })
  field.addEventListener('input', () => show(field.value.trim()))
  show('')
  const close = openSheet(
    h('h2', {}, t('forwardTo')),
    field,
    all.length > 0 ? list : h('p', {}, t('nobodyToForward')),
    h('div', { class: 'acts' }, h('button', { class: 'quiet', onclick: () => close() }, t('cancel'))),
  )
}
