// The camera: anything that leads to a code, or one of those that exist.
import { call, h, icon } from './dom.js'
import { kfCodes } from './kf.js'
import { pictureIn } from './read-code.js'
import { place } from './route.js'
import { scan, scanPicture } from './scanning.js'
import { t } from './texts.js'

export async function scanScreen(at, me) {
  const [{ items, groups }, links] = await Promise.all([call('/codes?limit=50'), call('/links?limit=50')])
  const input = h('input', {
    class: 'field',
    placeholder: t('paste'),
    'aria-label': t('paste'),
    'data-keep': 'code',
    value: at.code ?? '',
    autocomplete: 'off',
  })
  const form = h(
    'form',
    {
      class: 'scan-form',
      onsubmit: (event) => {
        event.preventDefault()
        if (input.value.trim()) scan(me, input.value.trim())
      },
    },
    input,
    h('button', { class: 'primary' }, t('doScan')),
  )
  const list =
    items.length > 0
      ? h(
          'ul',
          {},
          items.map((it) => codeRow(me, it)),
        )
      : groups.length > 0
        ? ''
        : h('p', { class: 'empty', style: 'min-height:0;padding:32px' }, t('noCodes'))
  const intoGroups =
    groups.length > 0
      ? [
          h('h2', { class: 'section-title' }, t('groupCodes')),
          h(
            'ul',
            {},
            groups.map((it) => codeRow(me, { ...it, members: it.groups, skipVerify: true })),
          ),
        ]
      : []
  return {
    title: t('scan'),
    subtitle: me.customer.name,
    subtitlePlain: true,
    body: h(
      'div',
      { class: 'screen' },
      finder(me),
      form,
      items.length > 0 || groups.length === 0 ? h('h2', { class: 'section-title' }, t('codes')) : '',
      list,
      intoGroups,
      await kfCodes(me),
      linkList(me, links.items),
    ),
  }
}

/** Where a picture with a code goes: chosen, dropped, or pasted while this screen is open. */
function finder(me) {
  const input = h('input', { type: 'file', accept: 'image/*', hidden: true })
  const take = (file) => file && scanPicture(me, file)
  input.addEventListener('change', () => take(input.files[0]))
  const box = h(
    'button',
    {
      class: 'finder',
      type: 'button',
      onclick: () => input.click(),
      ondragover: (event) => event.preventDefault(),
      ondrop: (event) => {
        event.preventDefault()
        take(pictureIn(event.dataTransfer.files))
      },
    },
    h('span', {}, h('b', {}, t('finderPick')), t('finderHint')),
  )
  return h('div', {}, box, input)
}

document.addEventListener('paste', async (event) => {
  const item = pictureIn(event.clipboardData?.items)
  const { isEmployee, tab, id } = place()
  if (!item || isEmployee || tab !== 'scan') return
  event.preventDefault()
  await scanPicture({ customer: { externalUserId: id } }, item.getAsFile())
})

const linkList = (me, links) =>
  links.length === 0
    ? []
    : [
        h('h2', { class: 'section-title' }, t('links')),
        h(
          'ul',
          {},
          links.map((it) =>
            h(
              'li',
              {},
              h(
                'button',
                { class: 'row', onclick: () => scan(me, it.url) },
                h('span', { class: 'avatar', style: 'display:grid;place-items:center' }, icon('link')),
                h('span', { class: 'who' }, h('div', { class: 'name' }, it.name), h('div', { class: 'last' }, it.url)),
                h('span', {}, it.skipVerify ? '' : h('span', { class: 'badge wait' }, t('verify'))),
              ),
            ),
          ),
        ),
      ]

function codeRow(me, it) {
  const who = it.members.length > 3 ? `${it.members.slice(0, 3).join('、')} +${it.members.length - 3}` : it.members.join('、')
  const marks = [it.temporary ? t('temp') : '', it.skipVerify ? '' : t('verify')].filter(Boolean)
  return h(
    'li',
    {},
    h(
      'button',
      { class: 'row code', onclick: () => scan(me, it.configId) },
      h('img', { src: `/q/${it.configId}.png`, alt: '', loading: 'lazy' }),
      h(
        'span',
        { class: 'who' },
        h('div', { class: 'name' }, it.remark || it.state || it.configId.slice(0, 8)),
        h('div', { class: 'last' }, who),
      ),
      h(
        'span',
        {},
        marks.map((mark) => h('span', { class: 'badge wait' }, mark)),
      ),
    ),
  )
}
