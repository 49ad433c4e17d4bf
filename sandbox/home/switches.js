// Faults and the clock.
export async function faults({ call, h, t, toast, redraw }) {
  const now = await call('/faults')
  const save = (change) => call('/faults', 'PUT', { ...now, ...change }).then(redraw, (error) => toast(error.message, true))
  const share = (name) => {
    const shown = h('span', {}, percent(now.callbacks[name]))
    const range = h('input', {
      type: 'range',
      min: '0',
      max: '100',
      step: '5',
      value: String(Math.round(now.callbacks[name] * 100)),
      'aria-label': t(name),
    })
    range.addEventListener('input', () => (shown.textContent = `${range.value}%`))
    range.addEventListener('change', () => save({ callbacks: { ...now.callbacks, [name]: Number(range.value) / 100 } }))
    return setting(h, t(name), t(`${name}Hint`), h('span', { class: 'range' }, range, shown))
  }
  const number = (value, label, set) => {
    const field = h('input', { class: 'field', type: 'number', min: '0', value: String(value), 'aria-label': label })
    field.addEventListener('change', () => {
      field.blur()
      set(Number(field.value) || 0)
    })
    return field
  }
  const quiet = now.latencyMs === 0 && now.fail.length === 0 && Object.values(now.callbacks).every((it) => it === 0)
  return [
    h(
      'header',
      {},
      h('h2', {}, t('faults')),
      h('p', {}, t('faultsHint')),
      quiet
        ? h('span', { class: 'badge' }, t('allQuiet'))
        : h('button', { class: 'quiet', onclick: () => call('/faults', 'PUT', {}).then(redraw) }, t('allOff')),
    ),
    h(
      'div',
      { class: 'card' },
      h(
        'div',
        { class: 'rows' },
        setting(
          h,
          t('latency'),
          t('latencyHint'),
          number(now.latencyMs, t('latency'), (value) => save({ latencyMs: value })),
        ),
        ['drop', 'duplicate', 'reorder'].map(share),
        setting(
          h,
          t('delay'),
          t('delayHint'),
          number(now.callbacks.delayMs, t('delay'), (value) => save({ callbacks: { ...now.callbacks, delayMs: value } })),
        ),
      ),
      failRules(h, t, now, save),
    ),
  ]
}

function failRules(h, t, now, save) {
  const rules = now.fail.map((rule, index) =>
    h(
      'li',
      {},
      h(
        'span',
        { class: 'mono' },
        `${rule.path} → ${rule.errcode ?? `HTTP ${rule.status}`}${rule.times ? ` × ${rule.times}` : ''}${rule.share !== undefined ? ` ${percent(rule.share)}` : ''}${rule.after ? ` (${t('after')})` : ''}`,
      ),
      h('button', { class: 'copy danger', onclick: () => save({ fail: now.fail.filter((_, at) => at !== index) }) }, t('remove')),
    ),
  )
  const path = h('input', { class: 'field', placeholder: 'externalcontact/get', 'aria-label': t('path'), required: true })
  const code = h('input', { class: 'field', placeholder: 'errcode', 'aria-label': 'errcode', inputmode: 'numeric', value: '45009' })
  const times = h('input', { class: 'field', placeholder: t('times'), 'aria-label': t('times'), inputmode: 'numeric' })
  const form = h(
    'form',
    {
      onsubmit: (event) => {
        event.preventDefault()
        for (const field of [path, code, times]) field.blur()
        save({
          fail: [
            ...now.fail,
            { path: path.value.trim(), errcode: Number(code.value), ...(Number(times.value) > 0 ? { times: Number(times.value) } : {}) },
          ],
        })
      },
    },
    path,
    code,
    times,
    h('button', { class: 'quiet' }, t('addFail')),
  )
  return h('div', { class: 'fails' }, h('span', {}, t('fails')), h('ul', {}, rules), form)
}

export async function clock({ call, h, t, toast, redraw }) {
  const it = await call('/clock')
  const steps = [
    [20, t('s20')],
    [300, t('m5')],
    [7200, t('h2')],
    [86400, t('d1')],
    [3 * 86400, t('d3')],
  ]
  const move = (seconds) =>
    call('/clock', 'PUT', { advanceSeconds: seconds }).then(
      () => {
        toast(t('moved'))
        redraw()
      },
      (error) => toast(error.message, true),
    )
  const revoke = (what) => call('/tokens/revoke', 'POST', { what }).then((done) => toast(t(`${what}Revoked`, { n: done.revoked })))
  const line = (what) =>
    h(
      'div',
      { class: 'setting' },
      h('span', {}, t(what)),
      h('button', { class: 'quiet', onclick: () => revoke(what) }, t('revoke')),
      h('small', {}, t(`${what}Hint`)),
    )
  return [
    h('header', {}, h('h2', {}, t('clock'))),
    h(
      'div',
      { class: 'card pad' },
      h('div', { class: 'big' }, new Date(it.now).toLocaleString('sv-SE')),
      h('p', { class: 'tagline' }, it.advancedSeconds > 0 ? t('ahead', { n: duration(it.advancedSeconds, t) }) : t('onTime')),
      h(
        'div',
        { class: 'steps' },
        steps.map(([seconds, label]) => h('button', { class: 'quiet', onclick: () => move(seconds) }, `+ ${label}`)),
      ),
      h('p', { class: 'tagline', style: 'margin-top:12px' }, t('clockHint')),
    ),
    h('div', { class: 'card rows', style: 'margin-top:16px' }, line('tokens'), line('tickets')),
  ]
}

const setting = (h, name, hint, control) => h('div', { class: 'setting' }, h('span', {}, name), control, h('small', {}, hint))
const percent = (share) => `${Math.round(share * 100)}%`

function duration(seconds, t) {
  if (seconds >= 86400) return t('days', { n: Math.round(seconds / 8640) / 10 })
  return seconds >= 3600 ? t('hours', { n: Math.round(seconds / 360) / 10 }) : t('minutes', { n: Math.round(seconds / 6) / 10 })
}
