// Small helpers for pages without a framework: texts only ever enter as text.
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value)
    else if (name === 'class') element.className = value
    else if (name in element && typeof value !== 'string') element[name] = value
    else element.setAttribute(name, value === true ? '' : value)
  }
  element.append(...children.flat(3).filter((it) => it !== undefined && it !== null && it !== false))
  return element
}

const paths = {
  back: 'M15 5l-7 7 7 7',
  plus: 'M12 5v14M5 12h14',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  chat: 'M4 5h16v11H9l-5 4z',
  scan: 'M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M4 12h16',
  me: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 20c1-4 4-6 8-6s7 2 8 6',
  tasks: 'M4 6h10M4 12h8M4 18h6M15 16l2.5 2.5L22 14',
  desk: 'M4 13v-1a8 8 0 0 1 16 0v1M4 13h3v6H5a1 1 0 0 1-1-1zM20 13h-3v6h2a1 1 0 0 0 1-1zM17 19c0 2-2 2-4 2',
  next: 'M9 5l7 7-7 7',
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  mini: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM9 14a2 2 0 1 0 3 2V8a2 2 0 1 1 3 2',
  moments: 'M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zM12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 3v5M21 12h-5M12 21v-5M3 12h5',
  heart: 'M12 20s-8-5-8-11a4.5 4.5 0 0 1 8-2.8A4.5 4.5 0 0 1 20 9c0 6-8 11-8 11z',
  trash: 'M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  app: 'M5 5h6v6H5zM13 5h6v6h-6zM5 13h6v6H5zM13 13h6v6h-6z',
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg')
  svg.setAttribute('viewBox', '0 0 24 24')
  svg.setAttribute('aria-hidden', 'true')
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path')
  path.setAttribute('d', paths[name])
  for (const [key, value] of Object.entries({
    fill: 'none',
    stroke: 'currentColor',
    'stroke-width': name === 'more' ? 3 : 1.7,
    'stroke-linecap': 'round',
    'stroke-linejoin': 'round',
  }))
    path.setAttribute(key, value)
  svg.append(path)
  return svg
}

export async function call(path, method = 'GET', body = undefined) {
  const response = await fetch(`/sandbox${path}`, {
    method,
    ...(body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) } : {}),
  })
  const answer = await response.json().catch(() => ({ error: { code: 'sandbox.failed', message: response.statusText } }))
  if (answer.error) throw Object.assign(new Error(answer.error.message), { code: answer.error.code })
  return answer
}

/** Calls back soon after something happened, at most a few times a second, and whenever something may have been missed. */
export function listen(hear) {
  const stream = new EventSource('/sandbox/stream')
  let batch = []
  let isWaiting = false
  const flush = () => {
    isWaiting = false
    const notes = batch
    batch = []
    hear(notes)
  }
  const add = (notes) => {
    batch.push(...notes)
    if (!isWaiting) setTimeout(flush, 120)
    isWaiting = true
  }
  stream.addEventListener('notes', (event) => add(JSON.parse(event.data)))
  // What happened before the line stood was not heard: between the first drawing and now, or while it was broken.
  stream.addEventListener('ready', () =>
    add([{ kind: 'message' }, { kind: 'friend' }, { kind: 'callback' }, { kind: 'company' }, { kind: 'settings' }]),
  )
}

export function toast(text, bad = false) {
  const box = document.getElementById('toast')
  box.textContent = text
  box.className = bad ? 'toast bad on' : 'toast on'
  clearTimeout(toast.timer)
  toast.timer = setTimeout(() => (box.className = bad ? 'toast bad' : 'toast'), 2600)
}
