// What the administrator lets the app do: a box for each switch of WeCom's admin console.
const rights = ['directory', 'customers', 'media', 'message', 'login', 'kf']
const areas = [
  'contact_ways',
  'welcome',
  'tags',
  'groups',
  'mass_messages',
  'moments',
  'handover',
  'acquisition',
  'album',
  'words',
  'figures',
  'strategies',
  'ids',
]
const opened = new Set()

export function appRights(corp, { call, h, t, redraw, toast }) {
  const app = corp.agents.find((it) => it.agentId === corp.agentId)
  const save = (change) =>
    call(`/corps/${corp.corpId}/agents/${app.agentId}`, 'PUT', change).then(redraw, (error) => toast(error.message, true))
  const box = (label, checked, set) => {
    const field = h('input', { type: 'checkbox', checked })
    field.addEventListener('change', () => set(field.checked))
    return h('label', { class: 'right' }, field, h('span', {}, label))
  }
  const whole = app.visibleUsers.length > 0 || app.visibleParties.length > 0
  const boxes = [
    ...rights.map((right) =>
      box(t(`right_${right}`), app.permissions.includes(right), (on) =>
        save({ permissions: on ? [...app.permissions, right] : app.permissions.filter((it) => it !== right) }),
      ),
    ),
    box(t('right_range'), whole, (on) => save(on ? { visibleParties: [1] } : { visibleParties: [], visibleUsers: [] })),
    ...areas.map((area) =>
      box(t(`area_${area}`), !app.closed.includes(area), (on) =>
        save({ closed: on ? app.closed.filter((it) => it !== area) : [...app.closed, area] }),
      ),
    ),
  ]
  const text = (name, value, set) => {
    const field = h('input', { class: 'field', value, 'aria-label': t(name), placeholder: name === 'trustedIp' ? t('trustedIpHint') : '' })
    field.addEventListener('change', () => {
      field.blur()
      set(field.value.trim())
    })
    return h('label', { class: 'right wide-right' }, h('span', {}, t(name)), field)
  }
  const off = rights.filter((it) => !app.permissions.includes(it)).length + app.closed.length + (whole ? 0 : 1)
  const details = h(
    'details',
    { open: opened.has(corp.corpId) },
    h(
      'summary',
      {},
      h('span', { class: off === 0 ? 'badge good' : 'badge wait' }, off === 0 ? t('rightsAll') : t('rightsOff', { n: off })),
    ),
    h(
      'div',
      { class: 'rights' },
      boxes,
      text('trustedIp', app.trustedIps.join(', '), (value) => save({ trustedIps: value.split(/[\s,，]+/).filter(Boolean) })),
      text('trustedDomain', app.trustedDomain, (value) => save({ trustedDomain: value })),
    ),
  )
  details.addEventListener('toggle', () => (details.open ? opened.add(corp.corpId) : opened.delete(corp.corpId)))
  return details
}
