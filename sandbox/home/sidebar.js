// The pages beside an employee's chats: which ones a company has.
export function sidebarPages(corp, { call, h, t, redraw, toast }) {
  const save = (items) =>
    call(`/corps/${corp.corpId}/sidebar`, 'PUT', { items: items.map(({ name, url, agentId }) => ({ name, url, agentId })) }).then(
      redraw,
      (error) => toast(error.message, true),
    )
  const field = (name, type) => h('input', { class: 'field', type, placeholder: t(name), 'aria-label': t(name), required: true })
  const name = field('sidebarName', 'text')
  name.maxLength = 16
  const url = field('sidebarUrl', 'url')
  const add = (event) => {
    event.preventDefault()
    // Nothing is drawn anew while somebody types.
    document.activeElement?.blur()
    save([...corp.sidebar, { name: name.value.trim(), url: url.value.trim(), agentId: corp.agentId }])
  }
  return [
    corp.sidebar.map((it) =>
      h(
        'span',
        { class: 'sidebar-line' },
        h('span', {}, it.name),
        h('span', { class: 'mono' }, it.url),
        h('button', { class: 'copy', onclick: () => save(corp.sidebar.filter((one) => one !== it)) }, t('sidebarRemove')),
      ),
    ),
    h('form', { class: 'sidebar-form', onsubmit: add }, name, url, h('button', { class: 'copy' }, t('sidebarAdd'))),
  ]
}
